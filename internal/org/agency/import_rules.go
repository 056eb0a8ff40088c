package agency

import (
	"fmt"
	"slices"

	"portal/internal/kit/authz"
)

// Plan is what importing a file would do.
type Plan struct {
	Added, Changed []Planned
	Refused        []Refused
	Same           int // rows that say what is there already
}

// Planned is a row that would be carried out.
type Planned struct {
	Row     int
	After   Agency
	Parent  string   // code; "" at the top
	Above   string   // the parent's name
	Changes []Change // of an agency that is there already
	Moved   bool
	depth   int // in the tree as it would be
}

// Change is a column of an agency before and after.
type Change struct{ Column, Before, After string }

// Refused is a row with what is wrong with it.
type Refused struct {
	Row        int
	Code, Name string
	Reasons    []string
}

// placed is an agency as it is in the tree.
type placed struct {
	Agency
	ParentCode string
}

// node is an agency as it would be: what the file says, else what is there.
type node struct {
	kind         Kind
	parent, name string
}

// planner compares a file with the tree.
type planner struct {
	file  file
	known map[string]placed       // by code
	held  map[string][]authz.Role // roles in use, by code, of agencies whose kind changes
	final map[string]node
	rowOf map[string]int // index of the row that has the code
	depth map[string]int // in the tree as it would be
}

// plan is the whole rule for importing a file. held gives the roles that people
// hold at agencies, by code.
func plan(f file, known map[string]placed, held map[string][]authz.Role) Plan {
	p := &planner{file: f, known: known, held: held, final: map[string]node{}, rowOf: map[string]int{}, depth: map[string]int{}}
	p.file.rows = slices.Clone(f.rows)
	for code, a := range known {
		p.final[code] = node{a.Kind, a.ParentCode, a.Name}
	}
	p.overlay()
	for i := range p.file.rows {
		p.checkPlace(&p.file.rows[i])
	}
	p.checkBelow()
	return p.result()
}

// overlay puts the rows over the tree. The first row of a code names one twin
// alone: a column of equal codes would give it as many reasons as there are rows.
func (p *planner) overlay() {
	told := map[string]bool{}
	for i := range p.file.rows {
		r := &p.file.rows[i]
		if r.entry.Code == "" {
			continue
		}
		if first, twice := p.rowOf[r.entry.Code]; twice {
			r.refuse(fmt.Sprintf("รหัสซ้ำกับแถวที่ %d", p.file.rows[first].n))
			if !told[r.entry.Code] {
				p.file.rows[first].refuse(fmt.Sprintf("รหัสซ้ำกับแถวที่ %d", r.n))
				told[r.entry.Code] = true
			}
			continue
		}
		p.rowOf[r.entry.Code] = i
		p.final[r.entry.Code] = node{r.entry.Kind, r.parent, r.entry.Name}
	}
}

// checkPlace looks at where one row puts its agency.
func (p *planner) checkPlace(r *fileRow) {
	code := r.entry.Code
	if _, here := p.known[code]; !here {
		if whole := p.withZeros(code); whole != "" {
			r.refuse("รหัส: มีรหัส " + whole + " อยู่แล้ว โปรแกรมตารางอาจตัดเลข 0 ข้างหน้าออก")
		}
	}
	above := Kind("")
	if r.parent != "" {
		parent, ok := p.final[r.parent]
		if !ok {
			why := "รหัสต้นสังกัด: ไม่มีรหัส " + brief(r.parent) + " ในระบบหรือในไฟล์"
			if whole := p.withZeros(r.parent); whole != "" {
				why += " แต่มีรหัส " + whole + " โปรแกรมตารางอาจตัดเลข 0 ข้างหน้าออก"
			}
			r.refuse(why)
			return
		}
		above = parent.kind
	}
	if !r.entry.Kind.Valid() || r.parent != "" && !above.Valid() {
		return // another reason is given already, here or in the parent's row
	}
	was, here := p.known[code]
	held := p.held[code]
	if here && was.Kind == r.entry.Kind {
		held = nil
	}
	if why := mayBecome(r.entry.Kind, code, above, nil, held); why != "" {
		r.refuse(why)
	}
	if p.depthOf(code) == inCircle {
		r.refuse("รหัสต้นสังกัด: ต้นสังกัดวนกลับมาอยู่ใต้ตัวเอง")
	}
}

// withZeros finds the code that a spreadsheet took the leading zeros from.
func (p *planner) withZeros(code string) string {
	for _, zeros := range []string{"0", "00"} {
		if _, ok := p.known[zeros+code]; ok && code != "" {
			return zeros + code
		}
	}
	return ""
}

// Depths that are none: an agency whose way up leads into a circle, and one on
// the way that is being walked.
const (
	inCircle = -2
	walking  = -3
)

// depthOf is how deep an agency would stand; inCircle when its way up has no end.
func (p *planner) depthOf(code string) int {
	var way []string
	depth := -1
	for at := code; at != ""; at = p.final[at].parent {
		if d, seen := p.depth[at]; seen {
			if depth = d; d == walking {
				depth = inCircle
			}
			break
		}
		if _, there := p.final[at]; !there {
			break
		}
		p.depth[at] = walking
		way = append(way, at)
	}
	for _, at := range slices.Backward(way) {
		if depth != inCircle {
			depth++
		}
		p.depth[at] = depth
	}
	return p.depth[code]
}

// checkBelow looks at the agencies that the file does not name but whose
// parent becomes another kind.
func (p *planner) checkBelow() {
	below := map[int][]Kind{} // by row
	for code, a := range p.known {
		i, named := p.rowOf[a.ParentCode]
		if _, self := p.rowOf[code]; !self && named && !slices.Contains(below[i], a.Kind) {
			below[i] = append(below[i], a.Kind)
		}
	}
	for i, kinds := range below {
		r := &p.file.rows[i]
		slices.Sort(kinds) // a map gives them in another order each time
		for _, k := range kinds {
			if kind := r.entry.Kind; kind.Valid() && misplaced(k, kind) != "" {
				r.refuse("ประเภท: มี" + k.Name() + "อยู่ภายใต้ จึงเป็น" + kind.Name() + "ไม่ได้")
			}
		}
	}
}

func (p *planner) result() Plan {
	var done Plan
	for _, r := range p.file.rows {
		if len(r.wrong) > 0 {
			done.Refused = append(done.Refused, Refused{r.n, r.entry.Code, r.entry.Name, r.wrong})
			continue
		}
		was, here := p.known[r.entry.Code]
		after := p.after(was.Agency, r)
		planned := Planned{Row: r.n, After: after, Parent: r.parent, Above: p.final[r.parent].name, Moved: here && was.ParentCode != r.parent, depth: p.depth[r.entry.Code]}
		switch {
		case !here:
			done.Added = append(done.Added, planned)
		case planned.Moved || after != was.Agency:
			planned.Changes = changes(was, after, r.parent)
			done.Changed = append(done.Changed, planned)
		default:
			done.Same++
		}
	}
	return done
}

// after is an agency as the row makes it. Columns that the file lacks stay.
func (p *planner) after(a Agency, r fileRow) Agency {
	e := r.entry
	for _, f := range Fields {
		if !p.file.has[f.Name] {
			*f.Of(&e) = *f.Of(&a)
		}
	}
	if r.hidden != nil {
		a.Hidden = *r.hidden
	}
	return a.with(e)
}

// changes lists what differs, in the order of the columns.
func changes(was placed, after Agency, parent string) []Change {
	before, now := values(was.Agency), values(after)
	before["parent_code"], now["parent_code"] = was.ParentCode, parent
	var all []Change
	for _, column := range Columns {
		if before[column] != now[column] {
			all = append(all, Change{column, before[column], now[column]})
		}
	}
	return all
}

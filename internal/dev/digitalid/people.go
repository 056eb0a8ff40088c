package digitalid

// Person is somebody who can be chosen at sign-in.
type Person struct {
	Sub        string
	GivenName  string
	FamilyName string
	Email      string
	Username   string
	IAL        string // identity assurance level, such as 2.3
	Note       string // which role this sample person has, in Thai
	CitizenID  string
	Phone      string
}

// Name is the full name, as the list shows it.
func (p Person) Name() string { return p.GivenName + " " + p.FamilyName }

// scopes are those of the real provider; openid and profile come first.
var scopes = []string{
	"openid", "profile", "user_id", "preferred_username", "given_name", "family_name", "middle_name",
	"citizen_id", "citizen_id_verified", "phone_number", "phone_number_verified",
	"email", "email_verified", "ial_level",
}

// profileClaims are what OpenID Connect puts under the scope profile.
var profileClaims = []string{"name", "given_name", "family_name", "middle_name", "preferred_username"}

// claims are those that the scopes ask for and the person has: each scope
// gives the claim of its name.
func (p Person) claims(asked []string) map[string]any {
	has := map[string]any{
		"user_id": p.Sub, "name": p.Name(), "given_name": p.GivenName, "family_name": p.FamilyName,
		"preferred_username": p.Username, "email": p.Email, "phone_number": p.Phone,
		"citizen_id": p.CitizenID, "ial_level": p.IAL,
	}
	for _, name := range []string{"email", "phone_number", "citizen_id"} {
		if has[name] != "" {
			has[name+"_verified"] = true
		}
	}
	given := map[string]any{}
	for _, scope := range asked {
		names := []string{scope}
		if scope == "profile" {
			names = profileClaims
		}
		for _, name := range names {
			if v, ok := has[name]; ok && v != "" {
				given[name] = v
			}
		}
	}
	return given
}

// SamplePeople are the people of the sample data: one for each role and a few
// who are hard to get right. Their citizen numbers begin with 00, as no real
// one does.
func SamplePeople() []Person {
	person := func(sub, given, family, name, number, ial, note string) Person {
		return Person{
			Sub: "sample-" + sub, GivenName: given, FamilyName: family, Note: note, IAL: ial,
			Username: name, Email: name + "@example.go.th",
			CitizenID: "00000000000" + number, Phone: "0200000" + number,
		}
	}
	return []Person{
		person("dga-admin", "อรุณี", "ศรีสุวรรณ", "arunee.s", "19", "2.3", "ผู้ดูแลระบบ สพร."),
		person("opdc-admin", "วิชัย", "ธรรมรักษ์", "wichai.t", "27", "2.3", "ผู้ดูแลระบบ ก.พ.ร."),
		person("central-officer", "สมหญิง", "ใจดี", "somying.j", "35", "2.3", "เจ้าหน้าที่ส่วนกลาง"),
		person("manual-author", "ปิยะพงษ์", "แก้วมณี", "piyapong.k", "43", "2.1", "เจ้าหน้าที่จัดทำคู่มือ"),
		person("manual-reviewer", "เพ็ญศรี", "โกศลวิทย์", "pensri.k", "51", "2.1", "เจ้าหน้าที่ตรวจคู่มือ"),
		person("service-point-officer", "ณัฐวุฒิ", "ไชยวงค์", "nattawut.c", "60", "1.3", "เจ้าหน้าที่จุดบริการ"),
		person("newcomer", "กมลชนก", "พึ่งมาใหม่", "kamonchanok.p", "78", "1.1", "ยังไม่มีสิทธิ์ในหน่วยงานใด (ต้องกรอกรหัส Token)"),
		person("two-hats", "พิมพ์ลภัสรดาณัฐชยาภรณ์", "เจริญพิสุทธิ์วรโชติธนากุลชัยเลิศภักดี",
			"pimlapatrada.t", "86", "2.3", "มีสองสิทธิ์: เจ้าหน้าที่จัดทำคู่มือ และเจ้าหน้าที่จุดบริการ"),
	}
}

package people

import (
	"net/url"
	"strconv"
	"strings"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/org/agency"
	"portal/internal/people/token"
	"portal/templates/people/roletokenview"
	"portal/web/kit"
)

// tokenFilter reads the list's filters from its address. A text for which no
// unit was chosen is looked for in the names of all.
func tokenFilter(query url.Values) token.Filter {
	f := token.Filter{Role: authz.Role(query.Get("role")), State: token.State(query.Get("state"))}
	if pick := agency.PickOf(query, "unit"); pick.ID != "" && pick.Text == pick.For {
		f.Unit = authz.AgencyID(formID(pick.ID))
	} else {
		f.Query = kit.SearchText(pick.Text)
	}
	return f
}

// tokenAddress is the address of the list with its filters, and of the page of it.
func tokenAddress(query url.Values) (list url.URL, page string) {
	kept := url.Values{}
	f := tokenFilter(query)
	for name, v := range map[string]string{"unit_q": f.Query, "role": query.Get("role"), "state": query.Get("state")} {
		if v != "" {
			kept.Set(name, v)
		}
	}
	if f.Unit != 0 {
		kept.Set("unit", query.Get("unit"))
	}
	list = url.URL{Path: roletokenview.Path, RawQuery: kept.Encode()}
	if at := query.Get("page"); at != "" {
		kept.Set("page", at)
	}
	return list, (&url.URL{Path: roletokenview.Path, RawQuery: kept.Encode()}).RequestURI()
}

// formID reads the id of something; a text that is none gives -1, which nothing
// bears.
func formID(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return -1
	}
	return n
}

func refreshing(form url.Values) token.Refreshing {
	r := token.Refreshing{
		Pair: token.Pair{Agency: authz.AgencyID(formID(form.Get("agency"))), Role: authz.Role(form.Get("role"))},
		Key:  idempotency.Key(form.Get("form_key")),
	}
	if seen := form.Get("seen"); seen != "" {
		r.Seen = token.ID(formID(seen))
	}
	return r
}

// manyTokens reads the form for many codes at once. What it is about stands in
// the address of the list that it came from.
func manyTokens(form url.Values) token.Many {
	m := token.Many{
		Filter: tokenFilter(tokenQuery(form)), All: form.Get("which") == "all",
		Anew: form.Get("anew") == "1", Key: idempotency.Key(form.Get("form_key")),
	}
	if m.All {
		return m
	}
	for _, text := range form["pair"] {
		agency, role, _ := strings.Cut(text, "/")
		m.Pairs = append(m.Pairs, token.Pair{Agency: authz.AgencyID(formID(agency)), Role: authz.Role(role)})
	}
	return m
}

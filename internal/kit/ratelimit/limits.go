package ratelimit

import "portal/internal/kit/config"

// Limits are all there are. Those on wrong token codes are in package token.
type Limits struct {
	SignIn, Search, Feedback, Refusals Pair
	Upload                             Limit // by person
	RefusalsOfAll                      Limit
}

// Of names the settings' rates. A name is part of what is counted under it.
func Of(c config.Limits) Limits {
	limit := func(name string, r config.Rate) Limit { return Limit{name, Rate(r)} }
	pair := func(name string, own, address config.Rate) Pair {
		return Pair{limit(name, own), limit(name+" of an address", address)}
	}
	return Limits{
		SignIn: pair("sign-in", c.SignIn, c.SignInAddress), Search: pair("search", c.Search, c.SearchAddress),
		Feedback: pair("feedback", c.Feedback, c.FeedbackAddress), Refusals: pair("refusals", c.Refused, c.RefusedAddress),
		Upload: limit("upload", c.Upload), RefusalsOfAll: limit("all refusals", c.RefusedAll),
	}
}

package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"portal/internal/feedback"
	"portal/internal/problem"
)

type helpfulPages struct {
	*Server
	feedback *feedback.Service
}

// Limits of saying whether answers helped.
const (
	votesPerMinute = 30 // from one address: many offices share one
	voteLasts      = 24 * time.Hour
	votesKept      = 60 // in the cookie
)

// limitVotes keeps one address from voting without end.
func (s *Server) limitVotes() func(http.Handler) http.Handler {
	return httprate.LimitBy(votesPerMinute, time.Minute,
		func(r *http.Request) (string, error) { return httprate.CanonicalizeIP(address(r)), nil },
		httprate.WithResponseHeaders(httprate.ResponseHeaders{}),
		httprate.WithLimitHandler(func(w http.ResponseWriter, r *http.Request) {
			s.fail(w, r, problem.Wait(time.Minute, "ส่งความเห็นบ่อยเกินไป กรุณารอหนึ่งนาทีแล้วลองอีกครั้ง"))
		}))
}

// vote counts what a reader says of an answer and leads back to it. A cookie
// remembers for a day which answers this browser has spoken of; a double click
// comes before the cookie does and is caught by the use case.
func (p helpfulPages) vote(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	answer, slug := r.PostForm.Get("answer"), chi.URLParam(r, "slug")
	if answer != "yes" && answer != "no" {
		return problem.New(problem.BadInput, "ไม่รู้จักคำตอบนี้ กรุณากด “ได้” หรือ “ไม่ได้”")
	}
	spoken, mark := p.spokenOf(r), voteMark(slug)
	if !slices.Contains(spoken, mark) {
		if err := p.feedback.Vote(r.Context(), address(r)+"\x00"+r.UserAgent(), slug, answer == "yes"); err != nil {
			return err
		}
		spoken = append(spoken, mark)
		p.setCookie(w, "helpful", strings.Join(spoken[max(0, len(spoken)-votesKept):], "."), voteLasts)
	}
	redirect(w, r, "/backend/faq#thanks-"+slug)
	return nil
}

func (p helpfulPages) spokenOf(r *http.Request) []string {
	c, err := r.Cookie(p.cookieName("helpful"))
	if err != nil || c.Value == "" {
		return nil
	}
	list := strings.Split(c.Value, ".")
	return list[max(0, len(list)-votesKept):]
}

// voteMark stands for a question in the cookie.
func voteMark(slug string) string {
	sum := sha256.Sum256([]byte(slug))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

package public

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/problem"
	"portal/internal/site/feedback"
	"portal/web/kit"
)

type helpfulPages struct {
	*kit.Kit
	feedback *feedback.Service
}

// Limits of saying whether answers helped.
const (
	voteLasts = 24 * time.Hour
	votesKept = 60 // in the cookie
)

// vote counts what a reader says of an answer and leads back to it. A cookie
// remembers for a day which answers this browser has spoken of; a double click
// comes before the cookie does and is caught by the use case.
func (p helpfulPages) vote(w http.ResponseWriter, r *http.Request) error {
	answer, slug := r.PostForm.Get("answer"), chi.URLParam(r, "slug")
	if answer != "yes" && answer != "no" {
		return problem.New(problem.BadInput, "ไม่รู้จักคำตอบนี้ กรุณากด “ได้” หรือ “ไม่ได้”")
	}
	if busy := p.RateLimit(r, p.Limits.Feedback, "ส่งความเห็นบ่อยเกินไป กรุณารอ %s แล้วลองอีกครั้ง"); busy != nil {
		return busy
	}
	spoken, mark := p.spokenOf(r), voteMark(slug)
	if !slices.Contains(spoken, mark) {
		if err := p.feedback.Vote(r.Context(), kit.ClientAddress(r)+"\x00"+r.UserAgent(), slug, answer == "yes"); err != nil {
			return err
		}
		spoken = append(spoken, mark)
		p.SetCookie(w, "helpful", strings.Join(spoken[max(0, len(spoken)-votesKept):], "."), voteLasts)
	}
	kit.Redirect(w, r, "/backend/faq#thanks-"+slug)
	return nil
}

func (p helpfulPages) spokenOf(r *http.Request) []string {
	c, err := r.Cookie(p.CookieName("helpful"))
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

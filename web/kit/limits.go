package kit

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"portal/internal/kit/problem"
	"portal/internal/kit/ratelimit"
)

// knownLasts is how long a browser is known after a sign-in with it.
const knownLasts = 180 * 24 * time.Hour

// RateLimit takes one from what the visitor has left, and returns a Busy problem that
// says message if there is nothing. A browser with which a person has signed in
// before has its own count (a device cookie, as OWASP calls it); all others
// behind one address share one. So an office can be flooded from within without
// being shut out.
func (k *Kit) RateLimit(r *http.Request, p ratelimit.Pair, message string) *problem.Error {
	if id := k.knownBrowser(r); id != "" {
		return k.take(r.Context(), p.Own, id, message)
	}
	return k.take(r.Context(), p.Address, network(ClientAddress(r)), message)
}

// take is for one who is known by name. %s in message is how long to wait.
func (k *Kit) take(ctx context.Context, l ratelimit.Limit, who, message string) *problem.Error {
	wait := k.Limits.Take(ctx, l, who)
	if wait == 0 {
		return nil
	}
	return problem.Of(problem.Wait(wait, fmt.Sprintf(message, timeInWords(wait))))
}

// network is who is behind an address: one house has as many of IPv6 as it
// likes, all with the same first half.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}

func timeInWords(d time.Duration) string {
	if d <= time.Minute {
		return strconv.Itoa(int(d.Seconds())) + " วินาที"
	}
	return strconv.Itoa(int((d+time.Minute-1)/time.Minute)) + " นาที"
}

// SetRetryAfter says so in the header, too, for the pages that carry it themselves.
func SetRetryAfter(w http.ResponseWriter, p *problem.Error) {
	if p != nil && p.RetryAfter > 0 {
		w.Header().Set("Retry-After", retrySeconds(p))
	}
}

// knownBrowser is the number of a browser with which a person has signed in, or
// "". The cookie's seal says that the number is one of ours.
func (k *Kit) knownBrowser(r *http.Request) string {
	id, seal, _ := strings.Cut(k.Cookie(r, "known"), ".")
	got, err := base64.RawURLEncoding.DecodeString(seal)
	if err != nil || id == "" {
		return ""
	}
	for _, key := range k.BrowserKeys {
		if hmac.Equal(got, sealOf(key, id)) {
			return id
		}
	}
	return ""
}

// RememberBrowser gives a browser its number, or keeps it for longer.
func (k *Kit) RememberBrowser(w http.ResponseWriter, r *http.Request) {
	if len(k.BrowserKeys) == 0 {
		return
	}
	id := k.knownBrowser(r)
	if id == "" {
		id = rand.Text()
	}
	k.SetCookie(w, "known", id+"."+base64.RawURLEncoding.EncodeToString(sealOf(k.BrowserKeys[0], id)), knownLasts)
}

func sealOf(key []byte, id string) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte("known browser\x00" + id)) // a hash does not fail
	return mac.Sum(nil)
}

const uploadsBusy = "ส่งไฟล์บ่อยเกินไป กรุณารอ %s แล้วเลือกไฟล์และส่งอีกครั้ง"

// LimitUploads limits each person's uploads. What is on its way is read to its
// end, or the browser would not show the answer.
func (k *Kit) LimitUploads(w http.ResponseWriter, r *http.Request) *problem.Error {
	p := k.take(r.Context(), k.Limits.Upload, strconv.FormatInt(k.Actor(r).StaffID, 10), uploadsBusy)
	if p != nil {
		SetRetryAfter(w, p)
		AllowTime(w)
		_, _ = io.Copy(io.Discard, r.Body) // bounded by limitBody
	}
	return p
}

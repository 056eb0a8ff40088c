package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// step asks the provider and returns where it leads.
func (p *provider) step(ctx context.Context, method, to string, form url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := p.browser.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // so that the connection is used again
	next, err := res.Location()
	if err != nil {
		return "", fmt.Errorf("%w: %s after %s", errStuck, res.Status, to)
	}
	return next.String(), nil
}

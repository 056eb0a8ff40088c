package seed

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/site/announcement"
	"portal/internal/site/banner"
	"portal/internal/site/faq"
	"portal/internal/site/file"
	"portal/internal/site/manual"
	"portal/internal/site/page"
	"portal/internal/site/settings"
)

//go:embed content
var content embed.FS

// source is a content file: lines of `key: value`, a blank line, Markdown.
type source struct {
	dir    string
	header map[string]string
	body   string
}

// readers turn the sources of each folder into items, in this order: entries
// refer to groups, banners and manuals to files.
var readers = []struct {
	dir  string
	item func(source) item
}{
	{"page", pageItem}, {"faq", faqItem}, {"announcement", announcementItem},
	{"banner", bannerItem}, {"manual", manualItem},
}

func contentItems() ([]item, error) {
	items, err := groupItems()
	if err != nil {
		return nil, err
	}
	items = append(items, item{"settings/site", ActionSeeded, func(ctx context.Context, tx *audit.Tx) error {
		return settings.Add(ctx, tx, settings.Initial)
	}})
	for _, r := range readers {
		sources, err := readDir(path.Join("content", r.dir))
		if err != nil {
			return nil, err
		}
		for _, s := range sources {
			items = append(items, r.item(s))
		}
	}
	return append(items, contentItem("file/measures", file.Measure)), nil
}

// groupItems reads the FAQ's groups, a line each: slug|position|title.
func groupItems() ([]item, error) {
	text, err := content.ReadFile("content/faq-groups.txt")
	if err != nil {
		return nil, err
	}
	var items []item
	for line := range strings.Lines(string(text)) {
		f := strings.SplitN(strings.TrimSpace(line), "|", 3)
		if len(f) != 3 {
			continue
		}
		n, err := strconv.Atoi(f[1])
		if err != nil {
			return nil, fmt.Errorf("faq-groups.txt: %w", err)
		}
		items = append(items, contentItem("faq-group/"+f[0], func(ctx context.Context, tx *audit.Tx) error {
			return faq.AddGroup(ctx, tx, faq.Group{Slug: f[0], Position: n, Title: f[2]})
		}))
	}
	return items, nil
}

func readDir(dir string) ([]source, error) {
	names, err := fs.Glob(content, path.Join(dir, "*.md"))
	if err != nil {
		return nil, err
	}
	var sources []source
	for _, name := range names {
		text, err := content.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.dir = dir
		sources = append(sources, s)
	}
	return sources, nil
}

var errHeader = errors.New("the header is not lines of `key: value` with a slug")

func parse(text []byte) (source, error) {
	head, body, _ := bytes.Cut(text, []byte("\n\n"))
	s := source{header: map[string]string{}, body: strings.TrimSpace(string(body))}
	for line := range strings.Lines(string(head)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			return source{}, errHeader
		}
		s.header[key] = strings.TrimSpace(value)
	}
	if s.header["slug"] == "" {
		return source{}, errHeader
	}
	return s, nil
}

func (s source) int(key string) (int, error) { return strconv.Atoi(s.header[key]) }

func (s source) date(key string) (time.Time, error) { return time.Parse(time.DateOnly, s.header[key]) }

// put stores the file that the header names under key.
func (s source) put(ctx context.Context, tx *audit.Tx, key, mediaType, saveAs string) (hash string, err error) {
	b, err := content.ReadFile(path.Join(s.dir, s.header[key]))
	if err != nil {
		return "", err
	}
	return file.Put(ctx, tx, mediaType, saveAs, b)
}

func contentItem(key string, add func(context.Context, *audit.Tx) error) item {
	return item{key, ActionSeeded, add}
}

func pageItem(s source) item {
	return contentItem("page/"+s.header["slug"], func(ctx context.Context, tx *audit.Tx) error {
		return page.Add(ctx, tx, page.Page{
			Slug: s.header["slug"], Title: s.header["title"], Description: s.header["description"], Body: s.body,
		})
	})
}

func faqItem(s source) item {
	return contentItem("faq/"+s.header["slug"], func(ctx context.Context, tx *audit.Tx) error {
		position, err := s.int("position")
		if err != nil {
			return err
		}
		return faq.Add(ctx, tx, faq.Entry{
			Slug: s.header["slug"], Group: s.header["group"], Position: position,
			Question: s.header["question"], Answer: s.body, Featured: s.header["featured"] == "true",
		})
	})
}

func announcementItem(s source) item {
	return contentItem("announcement/"+s.header["slug"], func(ctx context.Context, tx *audit.Tx) error {
		on, err := s.date("date")
		if err != nil {
			return err
		}
		return announcement.Add(ctx, tx, announcement.Announcement{
			Slug: s.header["slug"], Title: s.header["title"], Body: s.body,
			Pinned: s.header["pinned"] == "true", PublishedOn: on,
		})
	})
}

func bannerItem(s source) item {
	return contentItem("banner/"+s.header["slug"], func(ctx context.Context, tx *audit.Tx) error {
		position, err := s.int("position")
		if err != nil {
			return err
		}
		wide, err := s.put(ctx, tx, "image_wide", "image/png", s.header["image_wide"])
		if err != nil {
			return err
		}
		narrow, err := s.put(ctx, tx, "image_narrow", "image/png", s.header["image_narrow"])
		if err != nil {
			return err
		}
		return banner.Add(ctx, tx, banner.Banner{
			Slug: s.header["slug"], Position: position, Heading: s.header["heading"], Text: s.header["text"],
			Link: s.header["link"], LinkText: s.header["link_text"], Alt: s.header["alt"],
			ImageWide: wide, ImageNarrow: narrow,
		})
	})
}

func manualItem(s source) item {
	return contentItem("manual/"+s.header["slug"], func(ctx context.Context, tx *audit.Tx) error {
		position, err := s.int("position")
		if err != nil {
			return err
		}
		on, err := s.date("date")
		if err != nil {
			return err
		}
		hash, err := s.put(ctx, tx, "file", "application/pdf", s.header["filename"])
		if err != nil {
			return err
		}
		return manual.Add(ctx, tx, manual.Manual{
			Slug: s.header["slug"], Position: position, Title: s.header["title"], Audience: authz.Role(s.header["audience"]),
			Group: manual.Group(s.header["group"]), IssuedOn: on, File: hash, FileName: s.header["filename"],
		})
	})
}

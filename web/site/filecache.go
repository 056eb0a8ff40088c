package site

import (
	"container/list"
	"context"
	"sync"
	"time"

	"portal/internal/site/content"
	"portal/internal/site/file"
)

// FileCache keeps the bytes of published files in memory, those asked for last.
// Everybody who downloads one reads the same bytes.
type FileCache struct {
	files    *file.Service
	contents *content.Service
	most     int64 // bytes

	mu      sync.Mutex
	bytes   int64
	kept    map[string]*list.Element // by hash, of file.File
	recent  *list.List               // the last asked for in front
	loading map[string]*loading
}

// loading is one file on its way, however many wait for it.
type loading struct {
	done chan struct{}
	f    file.File
	err  error
}

const (
	fileMemory = 128 << 20
	fileWithin = 10 * time.Second // to read one from the database
)

func newFileCache(files *file.Service, contents *content.Service, most int64) *FileCache {
	c := &FileCache{files: files, contents: contents, most: most, kept: map[string]*list.Element{}, recent: list.New(), loading: map[string]*loading{}}
	contents.OnChange(c.follow)
	return c
}

// Limit sets how many bytes of files stay in memory.
func (c *FileCache) Limit(most int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.most = most
}

// Size is how many files are in memory, and how many bytes they have.
func (c *FileCache) Size() (files int, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.kept), c.bytes
}

// Holds reports whether a file is in memory.
func (c *FileCache) Holds(hash string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[hash] != nil
}

// ByHash is the file, from memory if it is published and was asked for lately.
func (c *FileCache) ByHash(ctx context.Context, hash string) (file.File, error) {
	if !c.published(hash) {
		return c.files.ByHash(ctx, hash)
	}
	c.mu.Lock()
	if e, ok := c.kept[hash]; ok {
		c.recent.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(file.File), nil
	}
	l, underWay := c.loading[hash]
	if !underWay {
		l = &loading{done: make(chan struct{})}
		c.loading[hash] = l
		go c.load(context.WithoutCancel(ctx), hash, l) // others may wait when this reader has gone
	}
	c.mu.Unlock()
	select {
	case <-l.done:
		return l.f, l.err
	case <-ctx.Done():
		return file.File{}, ctx.Err()
	}
}

func (c *FileCache) published(hash string) bool {
	now := c.contents.Last()
	return now != nil && now.Files[hash]
}

func (c *FileCache) load(ctx context.Context, hash string, l *loading) {
	ctx, cancel := context.WithTimeout(ctx, fileWithin)
	defer cancel()
	l.f, l.err = c.files.ByHash(ctx, hash)
	c.mu.Lock()
	delete(c.loading, hash)
	if l.err == nil && c.published(hash) && l.f.Size <= c.most {
		c.kept[hash] = c.recent.PushFront(l.f)
		c.bytes += l.f.Size
		for c.bytes > c.most {
			c.drop(c.recent.Back())
		}
	}
	c.mu.Unlock()
	close(l.done)
}

func (c *FileCache) drop(e *list.Element) {
	f := c.recent.Remove(e).(file.File)
	delete(c.kept, f.SHA256)
	c.bytes -= f.Size
}

// follow forgets the files that are not published any more.
func (c *FileCache) follow(now *content.Content) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for hash, e := range c.kept {
		if !now.Files[hash] {
			c.drop(e)
		}
	}
}

// slowestReader is the rate, in bytes a second, at which a large file may
// arrive before the connection is cut.
const slowestReader = 64 << 10

// writeTime is what every answer has to arrive, whatever its size.
const writeTime = 30 * time.Second

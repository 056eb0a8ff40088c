package jobs

import "time"

// StartAgainAfter replaces how long a client waits for a database that is away.
func (c *Client) StartAgainAfter(d time.Duration) { c.startAgain = d }

// Forget lets States ask the database again.
func (c *Client) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = time.Time{}
}

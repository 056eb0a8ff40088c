package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Listener hears what commits say on one channel, over a connection of its own.
type Listener struct{ conn *pgx.Conn }

// Listen begins to listen on channel of the pool's database. What is committed
// after it returns is heard.
func Listen(ctx context.Context, pool *pgxpool.Pool, channel string) (*Listener, error) {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig.Copy())
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return &Listener{conn}, nil
}

// Wait waits so long at most and reports whether something was said.
func (l *Listener) Wait(ctx context.Context, most time.Duration) (heard bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, max(most, time.Millisecond))
	defer cancel()
	_, err = l.conn.WaitForNotification(ctx)
	if err != nil && pgconn.Timeout(err) && !l.conn.IsClosed() {
		return false, nil
	}
	return err == nil, err
}

// Ping reports an error if the database does not answer in time.
func (l *Listener) Ping(ctx context.Context, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	return l.conn.Ping(ctx)
}

// Close ends the connection without waiting for a reader.
func (l *Listener) Close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = l.conn.Close(ctx) // the server finds out by itself
}

// Consistent lets fn read everything as it is at one moment.
func Consistent(ctx context.Context, pool Pool, fn func(Reader) error) error {
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly},
		func(tx pgx.Tx) error { return fn(tx) })
}

package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seed63918563/llmgate/store"
)

// application marks a file as llmgate's, in the place that SQLite has for it: "llms". It was "llmg" before the first release, in
// files that are not read any more.
const (
	application = 0x6c6c6d73
	unreleased  = 0x6c6c6d67
)

// migrations make the schema, one after the other; the file's user_version counts those that were applied. A step that was
// released is never changed, only followed by another.
//
// Times are nanoseconds since 1970, UTC; 0 is none. Money is in billionths of a dollar. The check of a state is written with
// "or", because "in" with a list would make SQLite build a table of it at each update.
var migrations = []string{`
-- One combination of labels under which money is kept. labels is a JSON object of those without a column.
create table accounts (
	id       integer primary key,
	tenant   text not null,
	project  text not null,
	provider text not null,
	model    text not null,
	labels   text not null
) strict;

-- One call: reserved before it is sent (held), and how it ended. amount is the most that it could cost. cost is what it did
-- cost (settled) or may have cost (presumed); it is 0 while held and where released. priced 0: nobody knows the cost.
create table entries (
	id                 integer primary key,
	account            integer not null,
	item               text not null,
	state              text not null check (state = 'held' or state = 'settled' or state = 'presumed' or state = 'released'),
	amount             integer not null,
	cost               integer not null default 0,
	priced             integer not null,
	input_tokens       integer not null default 0,
	cache_read_tokens  integer not null default 0,
	cache_write_tokens integer not null default 0,
	output_tokens      integer not null default 0,
	at                 integer not null, -- when it was reserved
	ended              integer not null default 0
) strict;

-- Items that were about to be sent and have no outcome.
create table intents (
	item text primary key,
	at   integer not null,
	body blob
) strict, without rowid;

-- How items ended, in the order of commits. class is empty for a success. There is no index of items: keeping one costs more than
-- all the rest of a commit, for the names are as good as chance, and each would change another page.
create table outcomes (
	seq   integer primary key,
	item  text not null,
	class text not null,
	at    integer not null,
	body  blob
) strict;

-- Cached answers.
create table cache (
	key     text primary key,
	value   blob,
	expires integer not null
) strict;
create index cache_expires on cache (expires) where expires > 0;

-- What a person asks for: entries with their labels, dollars and dates.
create view calls as
	select e.id, a.tenant, a.project, a.provider, a.model, a.labels, e.item, e.state, e.priced,
		e.cost / 1e9 as cost, e.amount / 1e9 as amount, e.cost as cost_exact,
		e.input_tokens, e.cache_read_tokens, e.cache_write_tokens, e.output_tokens,
		datetime(e.at / 1000000000, 'unixepoch') as at,
		case when e.ended > 0 then datetime(e.ended / 1000000000, 'unixepoch') end as ended
	from entries e join accounts a on a.id = e.account;
`}

// inspect reads whose the file is and how far its schema has come. It changes nothing, for the file may be another
// program's.
func inspect(ctx context.Context, conn *sql.Conn, latest int) (version int, err error) {
	var app, objects int
	row := conn.QueryRowContext(ctx, "select (select application_id from pragma_application_id), "+
		"(select user_version from pragma_user_version), (select count(*) from sqlite_schema)")
	if err := row.Scan(&app, &version, &objects); err != nil {
		return 0, err
	}
	switch {
	case app == application && version > latest:
		return 0, fmt.Errorf("%w: its schema has version %d, this llmgate knows %d; use the llmgate that wrote it, or a later one",
			store.ErrNewer, version, latest)
	case app == unreleased:
		return 0, fmt.Errorf("%w: an llmgate wrote it from before the first release, whose files are not read any more; move it away to begin anew",
			store.ErrCorrupt)
	case app != application && (app != 0 || objects > 0):
		return 0, fmt.Errorf("%w: it is a database of another program; give another path", store.ErrCorrupt)
	}
	return version, nil
}

// migrate applies what is missing, each step whole or not at all.
func migrate(ctx context.Context, conn *sql.Conn, from int, steps []string) error {
	for i := from; i < len(steps); i++ {
		script := fmt.Sprintf("begin immediate; %s; pragma application_id = %d; pragma user_version = %d; commit",
			steps[i], application, i+1)
		if _, err := conn.ExecContext(ctx, script); err != nil {
			_, _ = conn.ExecContext(ctx, "rollback")
			return fmt.Errorf("making version %d of the schema: %w", i+1, err)
		}
	}
	return nil
}

"""How the tables of state.sqlite came to be, step by step.

A step that was released is never edited: what is new is a new step at the end. Step n
brings `pragma user_version` from n - 1 to n.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        create table sign_offs (
            snapshot integer not null,
            by varchar not null,
            at datetime not null,
            note varchar,
            primary key (snapshot, by)
        )
        """,
        """
        create table notes (
            id integer not null primary key autoincrement,
            metric varchar not null,
            segment varchar,
            day date not null,
            text varchar not null,
            kind varchar not null check (kind in ('note', 'rebaseline')),
            by varchar not null,
            at datetime not null,
            withdrawn_at datetime,
            withdrawn_by varchar,
            check ((withdrawn_at is null) = (withdrawn_by is null))
        )
        """,
        "create index notes_by_metric on notes (metric, day)",
    ),
)

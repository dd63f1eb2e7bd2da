/* What the ledger's own files share: the connection, the open turn, statements with owners. No
 * other file includes this, and no other file contains SQL. */
#pragma once

#include "ledger.h"

#include <sqlite3.h>

struct Ledger {
    sqlite3 *db;
    char *path; /* of the database, for messages; ":memory:" */
    int lock;   /* descriptor that holds <state>/lock; -1 = none */
    gboolean write;
    gboolean turn;          /* a transaction is open */
    GError *broken;         /* the write that failed in this turn: nothing of it may be committed */
    GHashTable *statements; /* SQL literal (its address) -> sqlite3_stmt, prepared once */
};

/* A prepared statement on loan from the cache; going out of scope resets it. */
typedef sqlite3_stmt Statement;
void ledger_release(Statement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Statement, ledger_release)

/* To read; and to write, which begins the turn's transaction when none is open. `sql` must be a
 * string literal. */
Statement *ledger_reading(Ledger *ledger, const char *sql, GError **error);
Statement *ledger_writing(Ledger *ledger, const char *sql, GError **error);

/* Parameters count from 1. Strings are lent until the statement is released; NULL binds NULL. */
void ledger_bind_int(Statement *statement, int index, gint64 value);
void ledger_bind_double(Statement *statement, int index, double value);
void ledger_bind_text(Statement *statement, int index, const char *text);
void ledger_bind_bytes(Statement *statement, int index, const char *bytes); /* up to its NUL */
void ledger_bind_blob(Statement *statement, int index, gconstpointer data, gsize length);

/* One step: *row tells whether there is a row to look at. */
gboolean ledger_step(Ledger *ledger, Statement *statement, gboolean *row, GError **error);
/* To the end, for statements without rows. *changes may be NULL. */
gboolean ledger_finish(Ledger *ledger, Statement *statement, int *changes, GError **error);

/* Columns count from 0. Text and bytes are copied (NUL added), NULL stays NULL. */
gint64 ledger_column_int(Statement *statement, int index);
char *ledger_column_text(Statement *statement, int index);
/* The same for bytes among which there may be NULs; sqlite3_column_bytes() tells how many. */
char *ledger_column_bytes(Statement *statement, int index);

/* Runs a script of constant SQL. */
gboolean ledger_execute(Ledger *ledger, const char *sql, GError **error);
/* The single integer that a constant query answers. */
gboolean ledger_integer(Ledger *ledger, const char *sql, gint64 *value, GError **error);

/* Sets the error for an SQLite result code, and keeps it as what broke the turn when one is open.
 */
void ledger_set_error(Ledger *ledger, int code, const char *what, GError **error);

/* ledger-schema.c: refuses what is not ours, newer or damaged, without changing a byte; brings an
 * older one up to date (only when it may write). */
gboolean ledger_schema_check(Ledger *ledger, gboolean *is_new, GError **error);
gboolean ledger_schema_migrate(Ledger *ledger, GError **error);

/* ledger-effects.c: enters effects as owed by the document. */
gboolean ledger_effects_add(Ledger *ledger, gint64 document, GPtrArray *effects, GError **error);

/* ledger-budget.c: adds to the sums of every scope and period of a call that began then. Whole
 * billionths of the currency unit: adding and taking away leaves no remainder. */
typedef gint64 LedgerMoney;
LedgerMoney ledger_money(double amount);
gboolean ledger_spend(Ledger *ledger, const char *pack, const char *tenant, gint64 began_us,
                      LedgerMoney delta, GError **error);

/* ledger-examples.c: a person has decided on a document; what was kept of it as an example gets the
 * record, or (NULL) goes. */
gboolean ledger_example_decide(Ledger *ledger, gint64 document, const char *record, GError **error);

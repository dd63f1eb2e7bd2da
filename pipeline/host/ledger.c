/* The connection: opening and the lock of a run, the transaction of a loop turn, statements. */
#include "ledger-private.h"

#include "pipeline/core/bytes.h"
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a writer waits for another process' transaction, milliseconds. Turns take far less. */
#define LEDGER_BUSY_MS 30000

/* ---- errors ---- */

static int ledger_error_code(Ledger *ledger, int code)
{
    int system = ledger->db ? sqlite3_system_errno(ledger->db) : 0;
    switch (code & 0xff) {
    case SQLITE_FULL:
        return DOCKET_ERROR_DISK_FULL;
    case SQLITE_IOERR:
        return system == ENOSPC || system == EDQUOT ? DOCKET_ERROR_DISK_FULL : DOCKET_ERROR_IO;
    case SQLITE_CANTOPEN:
        return system == ENOSPC || system == EDQUOT ? DOCKET_ERROR_DISK_FULL : DOCKET_ERROR_IO;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return DOCKET_ERROR_IO;
    default:
        return DOCKET_ERROR_LEDGER;
    }
}

void ledger_set_error(Ledger *ledger, int code, const char *what, GError **error)
{
    g_autofree char *path = bytes_for_terminal(ledger->path);
    int reason = ledger_error_code(ledger, code);
    const char *hint = "";
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        hint = ". The file is damaged and was left as it is: restore a backup, or move it away to "
               "begin a new ledger that knows nothing of earlier documents";
    else if ((code & 0xff) == SQLITE_BUSY)
        hint = ": another program has held it for too long. End that program and run again";
    else if (reason == DOCKET_ERROR_DISK_FULL)
        hint = ". Make room and run again: nothing is lost";
    else if (reason == DOCKET_ERROR_IO)
        hint = ". Check that this user may read and write the file and its folder";
    g_autoptr(GError) made =
        g_error_new(DOCKET_ERROR, reason, "ledger %s: %s: %s%s", path, what,
                    ledger->db ? sqlite3_errmsg(ledger->db) : sqlite3_errstr(code), hint);
    if (ledger->turn && !ledger->broken)
        ledger->broken = g_error_copy(made);
    g_propagate_error(error, g_steal_pointer(&made));
}

/* ---- statements ---- */

static Statement *ledger_prepare(Ledger *ledger, const char *sql, GError **error)
{
    sqlite3_stmt *statement = g_hash_table_lookup(ledger->statements, sql);
    if (statement && !sqlite3_stmt_busy(statement))
        return statement;
    if (statement) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                    "the ledger was asked the same question twice at once: %s", sql);
        return NULL;
    }
    int code = sqlite3_prepare_v3(ledger->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code != SQLITE_OK) {
        ledger_set_error(ledger, code, "preparing a statement", error);
        return NULL;
    }
    g_hash_table_insert(ledger->statements, (gpointer)sql, statement);
    return statement;
}

void ledger_release(Statement *statement)
{
    if (!statement)
        return;
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

static void ledger_finalize(gpointer statement)
{
    sqlite3_finalize(statement);
}

Statement *ledger_reading(Ledger *ledger, const char *sql, GError **error)
{
    return ledger_prepare(ledger, sql, error);
}

static gboolean ledger_begin(Ledger *ledger, GError **error)
{
    if (ledger->broken) {
        g_propagate_error(error, g_error_copy(ledger->broken));
        return FALSE;
    }
    if (ledger->turn)
        return TRUE;
    if (!ledger->write) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                    "the ledger was opened to be read only");
        return FALSE;
    }
    /* IMMEDIATE: a second writer waits here, at the start, and never loses half a turn later. */
    if (!ledger_execute(ledger, "BEGIN IMMEDIATE", error))
        return FALSE;
    ledger->turn = TRUE;
    return TRUE;
}

Statement *ledger_writing(Ledger *ledger, const char *sql, GError **error)
{
    return ledger_begin(ledger, error) ? ledger_prepare(ledger, sql, error) : NULL;
}

void ledger_bind_int(Statement *statement, int index, gint64 value)
{
    sqlite3_bind_int64(statement, index, value);
}

void ledger_bind_double(Statement *statement, int index, double value)
{
    sqlite3_bind_double(statement, index, value);
}

void ledger_bind_text(Statement *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void ledger_bind_bytes(Statement *statement, int index, const char *bytes)
{
    ledger_bind_blob(statement, index, bytes, bytes ? strlen(bytes) : 0);
}

void ledger_bind_blob(Statement *statement, int index, gconstpointer data, gsize length)
{
    sqlite3_bind_blob64(statement, index, data, length, SQLITE_STATIC);
}

gboolean ledger_step(Ledger *ledger, Statement *statement, gboolean *row, GError **error)
{
    int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return TRUE;
    ledger_set_error(ledger, code, "running a statement", error);
    return FALSE;
}

gboolean ledger_finish(Ledger *ledger, Statement *statement, int *changes, GError **error)
{
    gboolean row = TRUE;
    while (row)
        if (!ledger_step(ledger, statement, &row, error))
            return FALSE;
    if (changes)
        *changes = sqlite3_changes(ledger->db);
    return TRUE;
}

gint64 ledger_column_int(Statement *statement, int index)
{
    return sqlite3_column_int64(statement, index);
}

char *ledger_column_text(Statement *statement, int index)
{
    if (sqlite3_column_type(statement, index) == SQLITE_NULL)
        return NULL;
    const void *bytes = sqlite3_column_blob(statement, index);
    return g_strndup(bytes ? bytes : "", (gsize)sqlite3_column_bytes(statement, index));
}

char *ledger_column_bytes(Statement *statement, int index)
{
    if (sqlite3_column_type(statement, index) == SQLITE_NULL)
        return NULL;
    const void *bytes = sqlite3_column_blob(statement, index);
    gsize length = (gsize)sqlite3_column_bytes(statement, index);
    char *copy = g_malloc0(length + 1);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

gboolean ledger_execute(Ledger *ledger, const char *sql, GError **error)
{
    int code = sqlite3_exec(ledger->db, sql, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return TRUE;
    ledger_set_error(ledger, code, "running a script", error);
    return FALSE;
}

gboolean ledger_integer(Ledger *ledger, const char *sql, gint64 *value, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) statement = ledger_reading(ledger, sql, error);
    if (!statement || !ledger_step(ledger, statement, &row, error))
        return FALSE;
    *value = row ? ledger_column_int(statement, 0) : 0;
    return TRUE;
}

/* ---- the turn ---- */

static void ledger_rollback(Ledger *ledger)
{
    /* SQLite may have rolled back by itself (a full disk): nothing is left to undo then. */
    if (ledger->turn && !sqlite3_get_autocommit(ledger->db))
        sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
    ledger->turn = FALSE;
}

gboolean ledger_commit(Ledger *ledger, GError **error)
{
    if (ledger->broken) {
        ledger_rollback(ledger);
        g_propagate_error(error, g_steal_pointer(&ledger->broken));
        return FALSE;
    }
    if (!ledger->turn)
        return TRUE;
    int code = sqlite3_exec(ledger->db, "COMMIT", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        ledger_set_error(ledger, code, "making a turn durable", error);
        ledger_rollback(ledger);
        g_clear_error(&ledger->broken);
        return FALSE;
    }
    ledger->turn = FALSE;
    return TRUE;
}

/* ---- opening ---- */

/* The lock of a run: an advisory lock on <state>/lock that dies with its process. */
static gboolean ledger_lock(Ledger *ledger, const char *state, GError **error)
{
    g_autofree char *path = g_build_filename(state, "lock", NULL);
    ledger->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (ledger->lock < 0) {
        docket_error_set_errno(error, errno, "opening", path);
        return FALSE;
    }
    if (flock(ledger->lock, LOCK_EX | LOCK_NB) == 0) {
        g_autofree char *pid = g_strdup_printf("%ld\n", (long)getpid());
        /* Only a hint for people: whether it could be written does not matter. */
        if (ftruncate(ledger->lock, 0) == 0)
            (void)!write(ledger->lock, pid, strlen(pid));
        return TRUE;
    }
    if (errno != EWOULDBLOCK) {
        docket_error_set_errno(error, errno, "locking", path);
        return FALSE;
    }
    char pid[24] = "";
    if (pread(ledger->lock, pid, sizeof pid - 1, 0) <= 0)
        g_strlcpy(pid, "unknown", sizeof pid);
    g_autofree char *shown = bytes_for_terminal(state);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_LOCKED,
                "another run (process %s) is working on %s: wait until it has ended",
                g_strchomp(pid), shown);
    return FALSE;
}

static gboolean ledger_connect(Ledger *ledger, GError **error)
{
    int flags = ledger->write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int code = sqlite3_open_v2(ledger->path, &ledger->db,
                               flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code != SQLITE_OK) {
        ledger_set_error(ledger, code, "opening", error);
        return FALSE;
    }
    sqlite3_busy_timeout(ledger->db, LEDGER_BUSY_MS);
    /* Until it is known to be ours, not even the log of an earlier run is folded into the file. */
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    gboolean is_new = FALSE;
    if (!ledger_schema_check(ledger, &is_new, error))
        return FALSE;
    if (!ledger->write)
        return ledger_execute(ledger, "PRAGMA query_only=ON", error);
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return ledger_execute(ledger,
                          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                          "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384;"
                          "PRAGMA journal_size_limit=67108864",
                          error) &&
           ledger_schema_migrate(ledger, error) &&
           /* Not before: a step may have to make a table anew that others refer to. */
           ledger_execute(ledger, "PRAGMA foreign_keys=ON", error);
}

/* Names the database of a state folder; makes the folder and takes the lock for a run. */
static gboolean ledger_find(Ledger *ledger, const char *state, gboolean lock, GError **error)
{
    g_free(ledger->path);
    ledger->path = g_build_filename(state, "ledger.db", NULL);
    /* Only a run makes a ledger; who reviews with a mistyped folder is told so. */
    if (lock)
        return publish_folder(state, error) && ledger_lock(ledger, state, error) &&
               publish_clean(state, error);
    struct stat info;
    if (stat(ledger->path, &info) == 0)
        return TRUE;
    if (errno != ENOENT) {
        docket_error_set_errno(error, errno, "opening", ledger->path);
        return FALSE;
    }
    g_autofree char *shown = bytes_for_terminal(ledger->path);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                "there is no ledger %s: nothing was run with this state folder (--state) yet",
                shown);
    return FALSE;
}

static Ledger *ledger_open_as(const char *state, gboolean write, gboolean lock, GError **error)
{
    g_autoptr(Ledger) ledger = g_new0(Ledger, 1);
    ledger->lock = -1;
    ledger->write = write;
    ledger->path = g_strdup(":memory:");
    ledger->statements = g_hash_table_new_full(NULL, NULL, NULL, ledger_finalize);
    if (state && !ledger_find(ledger, state, lock, error))
        return NULL;
    if (!ledger_connect(ledger, error))
        return NULL;
    return g_steal_pointer(&ledger);
}

Ledger *ledger_open(const char *state, gboolean write, GError **error)
{
    return ledger_open_as(state, write || !state, write && state, error);
}

Ledger *ledger_open_beside(const char *state, GError **error)
{
    return ledger_open_as(state, TRUE, FALSE, error);
}

void ledger_close(Ledger *ledger)
{
    if (!ledger)
        return;
    if (ledger->db)
        ledger_rollback(ledger);
    g_clear_error(&ledger->broken);
    g_hash_table_destroy(ledger->statements);
    sqlite3_close_v2(ledger->db);
    if (ledger->lock >= 0)
        close(ledger->lock);
    g_free(ledger->path);
    g_free(ledger);
}

#include "ledger-backup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "ledger-private.h"
#include "pipeline/core/bytes.h"

/* All pages in one step: one read transaction, which holds up no writer (SQLite, "Write-Ahead Logging"); in
 * smaller ones every commit of a run would make it begin anew. */
static gboolean copy_pages(Ledger *ledger, sqlite3 *copy, GError **error)
{
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", ledger->db, "main");
    int code = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(copy);
    if (backup)
        sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE)
        return TRUE;
    g_set_error(error, DOCKET_ERROR, code == SQLITE_FULL ? DOCKET_ERROR_DISK_FULL : DOCKET_ERROR_IO,
                "copying the ledger: %s", sqlite3_errstr(code));
    return FALSE;
}

/* The first value of the answer as text, NULL: there is none. Caller frees. */
static char *ask(sqlite3 *copy, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    char *text = NULL;
    if (sqlite3_prepare_v2(copy, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        text = g_strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return text;
}

/* One file from here on, not one with a log beside it; and as whole as the one it is a copy of. */
static gboolean check_copy(sqlite3 *copy, gint64 *documents, GError **error)
{
    g_autofree char *mode = ask(copy, "PRAGMA journal_mode=DELETE");
    g_autofree char *verdict = ask(copy, "PRAGMA quick_check(1)");
    g_autofree char *count = ask(copy, "SELECT count(*) FROM documents");
    if (mode && count && g_strcmp0(verdict, "ok") == 0) {
        *documents = g_ascii_strtoll(count, NULL, 10);
        return TRUE;
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_LEDGER, "the copy of the ledger is not whole: %s",
                verdict ? verdict : sqlite3_errmsg(copy));
    return FALSE;
}

static gboolean fill(Ledger *ledger, const char *path, gint64 *documents, GError **error)
{
    sqlite3 *copy = NULL;
    int code = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    gboolean good = code == SQLITE_OK;
    if (!good)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_IO, "opening the copy of the ledger: %s",
                    sqlite3_errstr(code));
    good = good && copy_pages(ledger, copy, error) && check_copy(copy, documents, error);
    sqlite3_close(copy);
    return good;
}

/* Its bytes and its name survive a power cut. */
static gboolean settle(const char *temporary, int fd, const char *path, gboolean replace,
                       GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    unsigned flags = replace ? 0 : RENAME_NOREPLACE;
    if (fsync(fd) != 0 || renameat2(AT_FDCWD, temporary, AT_FDCWD, path, flags) != 0) {
        docket_error_set_errno(error, errno, "cannot keep the backup as", path);
        return FALSE;
    }
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean good = directory >= 0 && fsync(directory) == 0;
    if (!good)
        docket_error_set_errno(error, errno, "cannot flush the folder", folder);
    if (directory >= 0)
        close(directory);
    return good;
}

gboolean ledger_backup(Ledger *ledger, const char *path, gboolean replace, gint64 *documents,
                       GError **error)
{
    if (!replace && g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_autofree char *safe = bytes_for_terminal(path);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "%s is there already: name another file, or replace it with --force", safe);
        return FALSE;
    }
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX.tmp", NULL);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        docket_error_set_errno(error, errno, "cannot write the backup", path);
        return FALSE;
    }
    gboolean good =
        fill(ledger, temporary, documents, error) && settle(temporary, fd, path, replace, error);
    close(fd);
    if (!good)
        unlink(temporary);
    return good;
}

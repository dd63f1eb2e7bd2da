/* What every subcommand shares: its row in the table, the common options, where data and talk go,
 * and how an error becomes an exit code. Programs print; nothing under stages/ or pipeline/ does.
 */
#pragma once

#include <glib.h>
#include <stdio.h>

#include "pipeline/core/json.h"
#include "pipeline/core/log.h"
#include "pipeline/host/config.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/ledger.h"

/* Exit codes, fixed for good. */
enum {
    EXIT_OK = 0,
    EXIT_INTERNAL = 1,
    EXIT_USAGE = 2,     /* command line, configuration, pack, no such document */
    EXIT_FAILED = 3,    /* some documents failed */
    EXIT_NO_MODEL = 4,  /* documents held: no model could be reached */
    EXIT_NO_BUDGET = 5, /* documents held: the budget is spent */
    EXIT_LOCKED = 11,   /* another run holds the lock */
    EXIT_INTERRUPTED = 130
};

/* One invocation. */
typedef struct Console {
    FILE *out;      /* data; file descriptor 1 itself leads to stderr, whatever a library prints */
    gboolean json;  /* --json: one versioned object, or JSONL */
    gboolean quiet; /* -q */
    gboolean verbose;  /* -v */
    gboolean terminal; /* stderr is a terminal: a person is watching */
    gboolean progress; /* stderr is a terminal and --no-progress was not given */
    char *config_file; /* --config, or NULL */
    GStrv arguments;   /* what is left after the options, NULL-terminated; set by console_options */
    guint n_arguments;
    char *paths[4]; /* --inbox, --outbox, --state, --packs where a command takes them, or NULL */
} Console;

typedef struct Command {
    const char *name;
    const char *arguments; /* as help shows them: "FILE…" */
    const char *summary;   /* one line */
    const char *details;   /* help below the options, with examples; NULL if there is none */
    int (*run)(const struct Command *command, Console *console, int argc, char **argv);
} Command;

/* The folders that a command takes as options, or-ed for console_options. */
typedef enum {
    WITH_INBOX = 1 << 0,
    WITH_OUTBOX = 1 << 1,
    WITH_STATE = 1 << 2,
    WITH_PACKS = 1 << 3,
} ConsoleFolders;

/* Parses the command's own options (may be NULL), those of its folders, and the common ones; starts
 * the log. argv[0] is the command's name. TRUE: go on; FALSE: answered already (--help, --version,
 * a usage error), *code is the exit code. Strings set by GOption belong to the caller, as ever. */
gboolean console_options(Console *console, const Command *command, const GOptionEntry *own,
                         guint folders, int argc, char **argv, int *code);
void console_clear(Console *console);

/* Says the error and what to do about it on stderr (as one JSON object under --json), frees it, and
 * returns the exit code that belongs to it. */
int console_fail(const Console *console, GError *error);
/* The same for a fault of the command line. */
int console_usage(const Console *console, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Data. console_text writes bytes as they are; console_safe escapes them for a terminal first;
 * console_value writes one JSON value on one line (indented: over several). */
void console_text(const Console *console, const char *text);
void console_safe(const Console *console, const char *text);
void console_line(const Console *console, const char *format, ...) G_GNUC_PRINTF(2, 3);
void console_value(const Console *console, const cJSON *value, gboolean indented);

/* Talk that comes in pieces: bytes as they are to standard error, made safe for a terminal but for
 * line feeds. */
void console_talk(const char *text, gsize length);

/* An object with "version" and "command" set, as --json answers begin. Caller owns. */
cJSON *console_object(const Command *command);

/* The effective configuration, with --config and the folders' options. */
Config *console_config(const Console *console, GError **error);

/* ---- environment.c: what commands work with ---- */

/* The folder of packs: --packs or paths.packs, else schemas/ of the source tree that the program
 * was built in, else the installed one. *origin (may be NULL) says which, static. Caller frees. */
char *console_packs_folder(const Config *config, const char **origin);
/* The schemas/ that came along: of the source tree or installed; *origin says which. Caller frees. */
char *console_shipped_folder(const char **origin);
/* All packs of that folder (GPtrArray of Pack). */
GPtrArray *console_packs(const Config *config, GError **error);
/* The pack of this name, or DOCKET_ERROR_USAGE that lists those there are. Lent. */
Pack *console_find_pack(GPtrArray *packs, const char *name, GError **error);
/* Lets every stage of the plan compile its part of the pack. */
gboolean console_prepare(Pack *pack, GError **error);

/* Runs the engine. When the readers' jail was not whole, which only readers.sandbox=best-effort lets
 * pass, that is said once. */
gboolean console_engine(Engine *engine, GError **error);

/* The ledger of paths.state: to look only, or to write beside a run that may be on. */
Ledger *console_ledger(const Config *config, gboolean write, GError **error);
/* "in 26 = accepted 18 + fallback 0 + review 5 + failed 3 + held 0". Caller frees. */
char *console_accounting(const guint64 verdicts[VERDICT_LAST]);
/* The same as a JSON object {"in":…, "accepted":…, …}. Caller owns. */
cJSON *console_counts(const guint64 verdicts[VERDICT_LAST]);

/* ---- the subcommands: tools/commands/NAME.c ---- */
#define COMMAND(name)                                                                              \
    int command_##name(const Command *command, Console *console, int argc, char **argv)
COMMAND(run);
COMMAND(watch);
COMMAND(retry);
COMMAND(rerun);
COMMAND(webhook);
COMMAND(export);
COMMAND(backup);
COMMAND(extract);
COMMAND(read);
COMMAND(validate);
COMMAND(review);
COMMAND(show);
COMMAND(stats);
COMMAND(budget);
COMMAND(audit);
COMMAND(doctor);
COMMAND(pack);
COMMAND(log);
COMMAND(batch);
COMMAND(prompt);

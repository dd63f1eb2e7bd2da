/* The jail of a reader. It parses hostile bytes with large libraries and must be expected to fall to
 * them; what a process that has fallen can still do is what the tables behind this header allow:
 * sandbox-calls.c for system calls, sandbox.c for folders and limits, a reason in each row.
 *
 * Two steps, because libraries open files and load code while they warm up: sandbox_enter() first of
 * all, sandbox_lock() when everything is warm and before the first hostile byte. Reader only, and
 * the attackers of tests/walls. */
#pragma once

#include <glib.h>

typedef struct {
    int socket;             /* the one descriptor it keeps, beside 0, 1 and 2 */
    guint64 memory_bytes;   /* address space; 0: no limit of its own */
    gboolean pages;         /* fonts and character maps may be read later */
    const char *ocr_folder; /* language data that may be loaded later; NULL: none */
} SandboxOptions;

/* Limits, no new privileges, no core dumps, no tracer, no other descriptor, death with the parent.
 * FALSE and DOCKET_ERROR_NO_SANDBOX when one of them is refused: the process shall end. */
gboolean sandbox_enter(const SandboxOptions *options, GError **error);

/* Gives up capabilities, files, network and every system call that the table does not name. Cannot
 * be undone. Goes on when the kernel lacks a part and says so: returns the profile in force, such as
 * "seccomp; Landlock 7; no capabilities" or "seccomp; without Landlock: Function not implemented; no
 * capabilities". Whether that is enough is the supervisor's to decide. Caller frees. */
char *sandbox_lock(const SandboxOptions *options);

/* What a profile lacks, as one phrase ("Landlock: Function not implemented"), or NULL: nothing. The
 * profile may be any text. Caller frees. */
char *sandbox_missing(const char *profile);

/* One reader process: started from the same build in a process group of its own, with nothing
 * inherited but its socket (descriptor 3); ended by killing the group and reaping it by name. */
#pragma once

#include <glib.h>

typedef struct ReaderProcess ReaderProcess;

#define READER_START_DEADLINE_S 60 /* warming up */

/* The reader's own word for "my memory is used up" (exit status). */
#define READER_EXIT_MEMORY 77

typedef struct {
    int exit_code;       /* -1 if a signal ended it */
    int signal;          /* that it died by before we killed it; 0 if none */
    guint64 peak_memory; /* resident, bytes */
} ReaderEnd;

/* docket-reader beside this program, else in ../libexec/docket. DOCKET_ERROR_CONFIG if there is
 * none. Caller frees. */
char *reader_process_find(GError **error);

typedef struct {
    const char *program;
    const char *languages; /* of recognition, "eng+deu" */
    const char *tessdata;  /* folder of their data; NULL or "": the system's */
    const char *kind;     /* media type of what it shall read; it loads no more than that needs, and
                              answers to other tasks that it is cold. NULL: everything */
    guint64 memory_bytes; /* address space */
} ReaderOptions;

/* It is ready when it says so. Free with reader_process_end(). */
ReaderProcess *reader_process_start(const ReaderOptions *options, GError **error);
int reader_process_socket(const ReaderProcess *process);
/* Lets it use so many more seconds of processor time before SIGXCPU. The deadline is reached first;
 * this is for a supervisor that cannot keep it (stopped, swapped out). */
void reader_process_allow_cpu(const ReaderProcess *process, guint seconds);
/* FALSE when the kernel shows that this process has no system call filter or may gain privileges.
 * TRUE also where /proc does not show it. */
gboolean reader_process_is_filtered(const ReaderProcess *process);
/* Peak resident memory so far, bytes; 0 if unknown. */
guint64 reader_process_memory(const ReaderProcess *process);
/* Starts a reader, waits until it is ready and ends it: the profile of its jail (sandbox.h), or NULL
 * and why none came up. Blocks as long as a reader takes to start. Caller frees. */
char *reader_process_probe(const ReaderOptions *options, GError **error);
/* Kills the whole group, reaps the process and frees. Unless `at_once`, a process that is about to
 * die by itself gets a moment to do so, and what it died of is told. */
ReaderEnd reader_process_end(ReaderProcess *process, gboolean at_once);

/* One reader process: started from the same build in a process group of its own, with nothing
 * inherited but its socket (descriptor 3); ended by killing the group and reaping it by name. */
#pragma once

#include <glib.h>

typedef struct ReaderProcess ReaderProcess;

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

ReaderProcess *reader_process_start(const char *program, const char *languages,
                                    const char *tessdata, guint64 memory_bytes, GError **error);
int reader_process_socket(const ReaderProcess *process);
/* Peak resident memory so far, bytes; 0 if unknown. */
guint64 reader_process_memory(const ReaderProcess *process);
/* Kills the whole group, reaps the process and frees. Unless `at_once`, a process that is about to
 * die by itself gets a moment to do so, and what it died of is told. */
ReaderEnd reader_process_end(ReaderProcess *process, gboolean at_once);

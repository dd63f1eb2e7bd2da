/* The one error domain. Its codes are the reasons that the ledger keeps and `docket show` prints:
 * docket_error_reason() gives the stable word, docket_error_advice() what a person can do. */
#pragma once

#include <glib.h>

#define DOCKET_ERROR (docket_error_quark())

typedef enum {
    DOCKET_ERROR_INTERNAL,       /* a fault of docket itself */
    DOCKET_ERROR_USAGE,          /* the command line is wrong */
    DOCKET_ERROR_CONFIG,         /* a configuration file or variable is wrong */
    DOCKET_ERROR_PACK,           /* a pack is broken */
    DOCKET_ERROR_IO,             /* the operating system refused a file operation */
    DOCKET_ERROR_DISK_FULL,      /* no space or no quota left */
    DOCKET_ERROR_LOCKED,         /* another run holds the lock */
    DOCKET_ERROR_LEDGER,         /* the ledger cannot be used (corrupt, newer version) */
    DOCKET_ERROR_NOT_FOUND,      /* the named document, pack or file does not exist */
    DOCKET_ERROR_EMPTY,          /* the document has no bytes or nothing to read */
    DOCKET_ERROR_TOO_LARGE,      /* the document is over a size, page or pixel limit */
    DOCKET_ERROR_UNSUPPORTED,    /* no technique reads this kind of file */
    DOCKET_ERROR_ENCRYPTED,      /* a password is needed */
    DOCKET_ERROR_DAMAGED,        /* the file is truncated or broken beyond reading */
    DOCKET_ERROR_SPECIAL_FILE,   /* symbolic link, device, socket or fifo: refused */
    DOCKET_ERROR_READER_SIGNAL,  /* the reader process died by a signal on this document */
    DOCKET_ERROR_READER_TIMEOUT, /* the reader passed its deadline on this document */
    DOCKET_ERROR_READER_MEMORY,  /* the reader ran out of its memory on this document */
    DOCKET_ERROR_READER_CPU,     /* the reader used up its processor time on this document */
    DOCKET_ERROR_READER_ESCAPE,  /* the reader tried a system call that its jail forbids */
    DOCKET_ERROR_READER_LIED,    /* the reader's answer broke the protocol or the reading's rules */
    DOCKET_ERROR_NO_SANDBOX,     /* readers.sandbox=required, and the kernel lacks a part of it */
    DOCKET_ERROR_NO_PACK,        /* the content matches no pack */
    DOCKET_ERROR_NO_LANGUAGE,    /* OCR language data is missing */
    DOCKET_ERROR_JSON,           /* text is not JSON as RFC 8259 has it */
    DOCKET_ERROR_SCHEMA,         /* a JSON Schema cannot be compiled */
    DOCKET_ERROR_INVALID,        /* a record does not validate against its schema */
    DOCKET_ERROR_NO_MODEL,       /* no model could be reached: the document is held */
    DOCKET_ERROR_NO_BUDGET,      /* the budget is spent: the document is held */
    DOCKET_ERROR_IN_BATCH,       /* a batch of model calls has the question: the document is held */
    DOCKET_ERROR_MODEL_REFUSED,  /* the model or its server refused for good (key, model name,
                                    content) */
    DOCKET_ERROR_MODEL_ANSWER,   /* the model's answer could not be made into a record */
    DOCKET_ERROR_INTERRUPTED,    /* stopped by a signal: run again to resume */
    DOCKET_ERROR_LAST            /* only counts them */
} DocketError;

GQuark docket_error_quark(void);

/* Stable lower-case word for the ledger and for --json ("reader_timeout"). Static string. */
const char *docket_error_reason(int code);

/* One sentence telling a person what to do about it. Static string, never NULL. */
const char *docket_error_advice(int code);

/* The code for a reason word, or -1. */
int docket_error_from_reason(const char *reason);

/* What a reader may say about a document. It is not a reader's to hold a document back for money,
 * or to end the run: any other code from it counts as DAMAGED. */
int docket_error_from_reader(gint64 code);

/* Sets a DOCKET_ERROR from errno: ENOSPC/EDQUOT become DISK_FULL, ENOENT NOT_FOUND, the rest IO.
 * The message is "<what> <path>: <strerror>", path escaped for a terminal. */
void docket_error_set_errno(GError **error, int saved_errno, const char *what, const char *path);

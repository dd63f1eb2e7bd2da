#include "error.h"

#include "bytes.h"
#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(docket - error, docket_error)

static const struct {
    const char *reason, *advice;
} codes[DOCKET_ERROR_LAST] = {
    [DOCKET_ERROR_INTERNAL] = {"internal", "This is a fault of docket: please report it with the "
                                           "output of `docket show`."},
    [DOCKET_ERROR_USAGE] = {"usage", "See `docket --help`."},
    [DOCKET_ERROR_CONFIG] = {"config", "Correct the configuration; `docket doctor` shows each "
                                       "value and where it came from."},
    [DOCKET_ERROR_PACK] = {"pack", "Correct the pack; `docket pack check` tells what is wrong."},
    [DOCKET_ERROR_IO] = {"io", "Check that the path exists and that this user may use it."},
    [DOCKET_ERROR_DISK_FULL] = {"disk_full", "Make room and run again; nothing is lost."},
    [DOCKET_ERROR_LOCKED] = {"locked", "Another run is working on this state folder; wait for it."},
    [DOCKET_ERROR_LEDGER] = {"ledger", "Keep the ledger file as it is; use the docket version that "
                                       "wrote it, or restore a backup."},
    [DOCKET_ERROR_NOT_FOUND] = {"not_found", "Check the name."},
    [DOCKET_ERROR_EMPTY] = {"empty", "The file holds nothing: ask the sender for it again."},
    [DOCKET_ERROR_TOO_LARGE] = {"too_large", "Split the document, or raise the limit in the "
                                             "configuration if it is trusted."},
    [DOCKET_ERROR_UNSUPPORTED] = {"unsupported", "Convert it to PDF, an image, HTML or text."},
    [DOCKET_ERROR_ENCRYPTED] = {"encrypted", "Put its password in readers.password_file, or remove "
                                             "it, and put the file in again."},
    [DOCKET_ERROR_DAMAGED] = {"damaged", "The file is broken: ask the sender for it again."},
    [DOCKET_ERROR_SPECIAL_FILE] = {"special_file", "Put a regular file into the inbox instead."},
    [DOCKET_ERROR_READER_SIGNAL] = {"reader_signal", "The document crashes its reader: look at it "
                                                     "by hand, and report it if you may share it."},
    [DOCKET_ERROR_READER_TIMEOUT] = {"reader_timeout", "Raise readers.deadline if the document is "
                                                       "legitimate, then `docket retry`."},
    [DOCKET_ERROR_READER_MEMORY] = {"reader_memory", "Raise readers.memory if the document is "
                                                     "legitimate, then `docket retry`."},
    [DOCKET_ERROR_READER_CPU] = {"reader_cpu", "Raise readers.deadline if the document is "
                                               "legitimate, then `docket retry`."},
    [DOCKET_ERROR_READER_ESCAPE] = {"reader_escape",
                                    "The reader tried what no document needs, as one that was "
                                    "taken over would: treat the document as hostile."},
    [DOCKET_ERROR_NO_SANDBOX] = {"no_sandbox",
                                 "Use a kernel with seccomp and Landlock (5.13 or newer, both in "
                                 "its configuration), or accept the rest of the jail with "
                                 "readers.sandbox=best-effort; `docket doctor` shows what there "
                                 "is."},
    [DOCKET_ERROR_READER_LIED] = {"reader_lied",
                                  "The reader broke the protocol, as one that was "
                                  "taken over would: treat the document as hostile."},
    [DOCKET_ERROR_NO_PACK] = {"no_pack",
                              "Put the file into a sub-folder of the inbox that is named "
                              "after its pack, or give --pack."},
    [DOCKET_ERROR_NO_LANGUAGE] = {"no_language", "Install the language data (package "
                                                 "tesseract-ocr-<language>) or change "
                                                 "readers.languages."},
    [DOCKET_ERROR_JSON] = {"json", "Correct the JSON at the place named."},
    [DOCKET_ERROR_SCHEMA] = {"schema", "Correct the schema at the place named."},
    [DOCKET_ERROR_INVALID] = {"invalid", "Correct the record at the place named."},
    [DOCKET_ERROR_NO_MODEL] = {"no_model",
                               "Run again when the model's server answers; the document "
                               "waits."},
    [DOCKET_ERROR_NO_BUDGET] = {"no_budget", "Raise the budget or wait for the next period; the "
                                             "document waits."},
    [DOCKET_ERROR_IN_BATCH] = {"in_batch", "Run again when the batch has ended (`docket batch "
                                           "status`); the document waits."},
    [DOCKET_ERROR_MODEL_REFUSED] = {"model_refused", "Check the key, the model's name and the "
                                                     "server's message."},
    [DOCKET_ERROR_MODEL_ANSWER] = {"model_answer", "Look at the answer with `docket show`; improve "
                                                   "the prompt or use a stronger model."},
    [DOCKET_ERROR_INTERRUPTED] = {"interrupted", "Run again to resume."},
};

const char *docket_error_reason(int code)
{
    return code >= 0 && code < DOCKET_ERROR_LAST ? codes[code].reason : "internal";
}

const char *docket_error_advice(int code)
{
    return codes[code >= 0 && code < DOCKET_ERROR_LAST ? code : DOCKET_ERROR_INTERNAL].advice;
}

int docket_error_from_reason(const char *reason)
{
    for (int i = 0; i < DOCKET_ERROR_LAST; i++)
        if (g_strcmp0(reason, codes[i].reason) == 0)
            return i;
    return -1;
}

int docket_error_from_reader(gint64 code)
{
    switch (code) {
    case DOCKET_ERROR_EMPTY:
    case DOCKET_ERROR_TOO_LARGE:
    case DOCKET_ERROR_UNSUPPORTED:
    case DOCKET_ERROR_ENCRYPTED:
    case DOCKET_ERROR_DAMAGED:
    case DOCKET_ERROR_READER_MEMORY: /* it says so while it still can */
    case DOCKET_ERROR_NO_LANGUAGE:
    case DOCKET_ERROR_JSON:
        return (int)code;
    default:
        return DOCKET_ERROR_DAMAGED;
    }
}

void docket_error_set_errno(GError **error, int saved_errno, const char *what, const char *path)
{
    int code = DOCKET_ERROR_IO;
    if (saved_errno == ENOSPC || saved_errno == EDQUOT)
        code = DOCKET_ERROR_DISK_FULL;
    else if (saved_errno == ENOENT)
        code = DOCKET_ERROR_NOT_FOUND;
    else if (saved_errno == ELOOP)
        code = DOCKET_ERROR_SPECIAL_FILE;
    g_autofree char *shown = bytes_for_terminal(path);
    g_set_error(error, DOCKET_ERROR, code, "%s %s: %s", what, shown, g_strerror(saved_errno));
}

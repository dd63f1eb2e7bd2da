/* The parts of a mail: which of them are its text, which are documents that it carries. */
#pragma once

#include "pipeline/core/reading.h"

#include <gmime/gmime.h>

typedef struct {
    GString *text; /* UTF-8 */
    gboolean html;
} MailText;

typedef struct {
    Reading *reading; /* lent: takes the attachments */
    GPtrArray *texts; /* of MailText, in order */
    guint pictures;   /* too small to be documents: logos, tracking pixels */
    guint signatures;
    guint overflow;        /* attachments over DOCKET_MAX_ATTACHMENTS */
    guint unread;          /* parts nested too deeply */
    const char *encrypted; /* "S/MIME", "PGP", or NULL */
} MailParts;

/* Collects the parts of a message into `parts`, which begins with reading set and all else 0. */
void mail_parts_collect(MailParts *parts, GMimeMessage *message);
void mail_parts_clear(MailParts *parts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MailParts, mail_parts_clear)

/* Says in the reading's notes what was left out. */
void mail_parts_note(const MailParts *parts);

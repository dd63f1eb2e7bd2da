/* E-mail (RFC 5322, MIME): header fields and the text that a person reads, on one page; what is attached
 * becomes Reading.attachments. Broken mails are read as far as they go. */
#pragma once

#include "technique.h"

Reading *mail_read(const TechniqueInput *input, GError **error);

/* The messages of a mailbox file (mbox), as members_read. */
Reading *mbox_members(const TechniqueInput *input, guint64 offset, guint64 first,
                      const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error);

/* Outlook's own file (.msg): refused, with what to do instead. */
Reading *mail_refuse_msg(const TechniqueInput *input, GError **error);

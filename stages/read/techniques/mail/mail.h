/* E-mail (RFC 5322, MIME): header fields and the text that a person reads, on one page; what is attached
 * becomes Reading.attachments. Broken mails are read as far as they go. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *mail_read(const TechniqueInput *input, GError **error);

/* The messages of a mailbox file (mbox), as members_read. */
Reading *mbox_members(const TechniqueInput *input, guint64 offset, guint64 first,
                      const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error);

/* Starts the library, which is then there for the whole process. mail_read does so by itself; a reader
 * has to before it is locked in. */
void mail_warm(void);

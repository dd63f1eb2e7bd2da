/* A ledger document as people and as programs read it; shared by show, review and stats. */
#pragma once

#include "tools/commands/command.h"

/* The members that --json answers have for a document, "record" and "meta" among them. Caller owns.
 */
cJSON *describe_json(const LedgerDocument *document);

/* One line for lists: id, name, pack, confidence, first reason. */
void describe_line(const Console *console, const LedgerDocument *document);

/* What it is, its verdict and why, and which files of the outbox are its. */
void describe_head(const Console *console, Ledger *ledger, const LedgerDocument *document);
/* Every value of the record with its confidence and where it stands. */
void describe_fields(const Console *console, const LedgerDocument *document);
/* Model calls and timings. */
void describe_work(const Console *console, const LedgerDocument *document);

/* The document that a person means: an id, the first digits of a SHA-256, a name, or for a row of a
 * batch NAME:ROW (rows from 1). DOCKET_ERROR_NOT_FOUND. Caller frees. */
LedgerDocument *describe_find(Ledger *ledger, const char *text, GError **error);

/* JSON text to a value; NULL when there is none. Caller owns. */
cJSON *describe_parse(const char *text);
/* The sentences of document->reasons, joined. Caller frees. */
char *describe_reasons(const LedgerDocument *document, const char *between);

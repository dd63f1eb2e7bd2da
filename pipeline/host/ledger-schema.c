/* The schema and its history. PRAGMA user_version holds the number of the last step taken.
 *
 *  1  documents, attempts, calls, effects, reviews
 *  2  containers, and documents that stand in others: archives, mailboxes, mails
 *  3  what calls cost: endpoints, more kinds of tokens, reservations, what each period has spent
 *  4  texts of documents that people decided on, as examples for models
 *  5  how many documents a call was about; batches of calls
 *
 * A step is one function that is never edited once released, only followed by the next. Databases
 * of every earlier version are kept as fixtures in tests/host. Units stand with each column; names
 * and paths are BLOBs, because file names are bytes; every time is microseconds since the epoch. */
#include "ledger-private.h"

#include "pipeline/core/bytes.h"

#define LEDGER_APPLICATION_ID 0x646f636b /* "dock" */

static const char schema_documents[] =
    "CREATE TABLE documents ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"    /* order of arrival, never used again */
    "  parent INTEGER REFERENCES documents(id)," /* rows: the batch they stand in */
    "  row INTEGER,"                             /* rows: number in the batch, from 0 */
    "  kind TEXT NOT NULL CHECK (kind IN ('document', 'batch', 'row')),"
    "  name BLOB NOT NULL,"        /* as the source named it, bytes */
    "  path BLOB,"                 /* absolute path of the source file; NULL: stdin, rows */
    "  sha256 TEXT NOT NULL,"      /* of the bytes; rows: of the canonical JSON */
    "  size INTEGER NOT NULL,"     /* bytes */
    "  mtime_us INTEGER NOT NULL," /* of the source file; 0 if it has none */
    "  media_type TEXT,"
    "  pack TEXT,"         /* NULL until recognised */
    "  pack_version TEXT," /* SHA-256 of the pack's files */
    "  settings TEXT,"     /* hash of the configuration that changes results */
    "  method TEXT,"       /* model, template, human: who made the record */
    "  pages INTEGER NOT NULL DEFAULT 0,"
    "  attempts INTEGER NOT NULL DEFAULT 0," /* readings begun */
    "  verdict TEXT NOT NULL"
    "    CHECK (verdict IN ('held', 'accepted', 'fallback', 'review', 'failed')),"
    "  error TEXT,"        /* reason word behind failed and held */
    "  confidence REAL,"   /* 0..1; NULL without a record */
    "  output BLOB,"       /* name in the outbox, without folder and suffix */
    "  duplicate_of BLOB," /* name of the document whose record this one got */
    "  created_us INTEGER NOT NULL,"
    "  decided_us INTEGER,"    /* NULL while held */
    "  reasons TEXT NOT NULL," /* JSON array of \"word: sentence\" */
    "  record TEXT,"           /* JSON: the record, or the draft of one in review */
    "  meta TEXT,"             /* JSON, as in the outbox */
    "  CHECK ((kind = 'row') = (parent IS NOT NULL) AND (parent IS NULL) = (row IS NULL)),"
    "  CHECK ((verdict = 'held') = (decided_us IS NULL))"
    ") STRICT;"
    "CREATE UNIQUE INDEX documents_row ON documents(parent, row) WHERE parent IS NOT NULL;"
    "CREATE INDEX documents_content ON documents(sha256);"
    "CREATE INDEX documents_name ON documents(name) WHERE parent IS NULL;"
    "CREATE UNIQUE INDEX documents_output ON documents(output) WHERE output IS NOT NULL;"
    "CREATE INDEX documents_verdict ON documents(verdict, id, kind, duplicate_of);";

static const char schema_attempts[] =
    "CREATE TABLE attempts ("
    "  id INTEGER PRIMARY KEY,"
    "  document INTEGER NOT NULL REFERENCES documents(id),"
    "  stage TEXT NOT NULL,"
    "  began_us INTEGER NOT NULL,"
    "  ended_us INTEGER," /* NULL: under way, or the run died in it */
    "  outcome TEXT"      /* 'ok' or a reason word */
    ") STRICT;"
    "CREATE INDEX attempts_document ON attempts(document);";

static const char schema_calls[] =
    "CREATE TABLE calls ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  document INTEGER NOT NULL REFERENCES documents(id),"
    "  purpose TEXT NOT NULL," /* ask, repair */
    "  model TEXT NOT NULL,"
    "  prompt_version TEXT,"
    "  prompt_sha256 TEXT,"
    "  request_sha256 TEXT NOT NULL," /* all that decides the answer */
    "  began_us INTEGER NOT NULL,"
    "  ended_us INTEGER,"  /* NULL: under way, or the run died in it */
    "  tokens_in INTEGER," /* NULL where the provider does not say */
    "  tokens_cached INTEGER,"
    "  tokens_out INTEGER,"
    "  cost REAL NOT NULL DEFAULT 0," /* in the currency of the price table */
    "  latency_ms INTEGER,"
    "  outcome TEXT," /* 'ok' or a reason word */
    "  answer BLOB"   /* the model's bytes, kept so that they are paid once */
    ") STRICT;"
    "CREATE INDEX calls_document ON calls(document);"
    "CREATE INDEX calls_answer ON calls(request_sha256)"
    "  WHERE outcome = 'ok' AND answer IS NOT NULL;";

static const char schema_effects[] =
    "CREATE TABLE effects ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT," /* they are performed in this order */
    "  document INTEGER NOT NULL REFERENCES documents(id),"
    "  kind TEXT NOT NULL CHECK (kind IN ('file', 'move', 'remove', 'keep')),"
    "  target BLOB NOT NULL," /* path below the outbox; keep: '' */
    "  source BLOB,"          /* move, keep: absolute path of the original */
    "  sha256 TEXT,"          /* move: of the original; file: of what was published */
    "  size INTEGER,"         /* bytes published */
    "  content BLOB,"         /* file: what to publish, dropped when done; NULL: from rows */
    "  created_us INTEGER NOT NULL,"
    "  done_us INTEGER," /* NULL: owed */
    "  note TEXT"        /* what was different from what was owed */
    ") STRICT;"
    "CREATE INDEX effects_document ON effects(document);"
    "CREATE INDEX effects_owed ON effects(document) WHERE done_us IS NULL;";

static const char schema_reviews[] =
    "CREATE TABLE reviews ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  document INTEGER NOT NULL REFERENCES documents(id),"
    "  action TEXT NOT NULL CHECK (action IN ('accept', 'correct', 'reject')),"
    "  who TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL,"
    "  before TEXT," /* JSON: the draft that the person saw */
    "  after TEXT,"  /* JSON: the record that the person left; NULL: rejected */
    "  reason TEXT"
    ") STRICT;"
    "CREATE INDEX reviews_document ON reviews(document);";

static gboolean ledger_schema_step_1(Ledger *ledger, GError **error)
{
    return ledger_execute(ledger, schema_documents, error) &&
           ledger_execute(ledger, schema_attempts, error) &&
           ledger_execute(ledger, schema_calls, error) &&
           ledger_execute(ledger, schema_effects, error) &&
           ledger_execute(ledger, schema_reviews, error);
}

/* As before, but for the kinds, and for who may have a parent. */
static const char schema_documents_2[] =
    "CREATE TABLE documents_2 ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  parent INTEGER REFERENCES documents(id)," /* what it stands in; NULL: came in by itself */
    "  row INTEGER,"                             /* number in its parent, from 0 */
    "  kind TEXT NOT NULL CHECK (kind IN ('document', 'batch', 'row', 'container')),"
    "  name BLOB NOT NULL," /* of what stands in another: parent/name */
    "  path BLOB,"          /* NULL: stdin, and what stands in another */
    "  sha256 TEXT NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  mtime_us INTEGER NOT NULL,"
    "  media_type TEXT,"
    "  pack TEXT,"
    "  pack_version TEXT,"
    "  settings TEXT,"
    "  method TEXT,"
    "  pages INTEGER NOT NULL DEFAULT 0,"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  verdict TEXT NOT NULL"
    "    CHECK (verdict IN ('held', 'accepted', 'fallback', 'review', 'failed')),"
    "  error TEXT,"
    "  confidence REAL,"
    "  output BLOB,"
    "  duplicate_of BLOB,"
    "  created_us INTEGER NOT NULL,"
    "  decided_us INTEGER,"
    "  reasons TEXT NOT NULL,"
    "  record TEXT,"
    "  meta TEXT,"
    "  CHECK ((parent IS NULL) = (row IS NULL) AND (kind != 'row' OR parent IS NOT NULL)),"
    "  CHECK (parent IS NULL OR path IS NULL),"
    "  CHECK ((verdict = 'held') = (decided_us IS NULL))"
    ") STRICT;"
    "INSERT INTO documents_2 SELECT id, parent, row, kind, name, path, sha256, size, mtime_us,"
    "  media_type, pack, pack_version, settings, method, pages, attempts, verdict, error,"
    "  confidence, output, duplicate_of, created_us, decided_us, reasons, record, meta"
    "  FROM documents;"
    "DROP TABLE documents;"
    "ALTER TABLE documents_2 RENAME TO documents;"
    "CREATE UNIQUE INDEX documents_row ON documents(parent, row) WHERE parent IS NOT NULL;"
    "CREATE INDEX documents_content ON documents(sha256);"
    "CREATE INDEX documents_name ON documents(name) WHERE kind != 'row';"
    "CREATE UNIQUE INDEX documents_output ON documents(output) WHERE output IS NOT NULL;"
    "CREATE INDEX documents_verdict ON documents(verdict, id, kind, duplicate_of);";

static gboolean ledger_schema_step_2(Ledger *ledger, GError **error)
{
    return ledger_execute(ledger, schema_documents_2, error);
}

/* "reserved" and "cost" are in the currency of the price table. */
static const char schema_calls_3[] =
    "ALTER TABLE calls ADD COLUMN endpoint TEXT NOT NULL DEFAULT 'default';" /* [model NAME] */
    "ALTER TABLE calls ADD COLUMN answered_by TEXT;" /* the model as the provider names it */
    "ALTER TABLE calls ADD COLUMN pack TEXT;"
    "ALTER TABLE calls ADD COLUMN tenant TEXT;"
    "ALTER TABLE calls ADD COLUMN bytes INTEGER;"              /* of the request */
    "ALTER TABLE calls ADD COLUMN tokens_cache_write INTEGER;" /* of tokens_in */
    "ALTER TABLE calls ADD COLUMN tokens_reasoning INTEGER;"   /* of tokens_out */
    "ALTER TABLE calls ADD COLUMN first_token_ms INTEGER;"     /* NULL: it was no stream */
    "ALTER TABLE calls ADD COLUMN sendings INTEGER;"
    /* Set aside before it is sent; in the end what may have been billed without our knowing. */
    "ALTER TABLE calls ADD COLUMN reserved REAL NOT NULL DEFAULT 0;"
    "ALTER TABLE calls ADD COLUMN batch TEXT;"   /* the provider's name of it */
    "ALTER TABLE calls ADD COLUMN payload BLOB;" /* the request, where it is kept */
    "UPDATE calls SET pack = (SELECT pack FROM documents WHERE documents.id = calls.document);"
    "CREATE INDEX calls_usage ON calls(endpoint, pack);"
    "CREATE INDEX calls_kept ON calls(ended_us) WHERE answer IS NOT NULL;"
    "CREATE INDEX calls_payload ON calls(began_us) WHERE payload IS NOT NULL;"
    "CREATE INDEX calls_open ON calls(began_us) WHERE reserved > 0;";

/* Sums over calls, kept with every change of one, so that a limit is checked without adding up. */
static const char schema_spending_3[] =
    "CREATE TABLE spending ("
    "  scope TEXT NOT NULL,"    /* '' for everything, 'pack:NAME', 'tenant:NAME' */
    "  period TEXT NOT NULL,"   /* of the calls' beginning, UTC: '2026-11-30', '2026-11' */
    "  spent INTEGER NOT NULL," /* cost and reserved, billionths of the currency unit */
    "  warned_us INTEGER,"      /* when it was said that the limit is near; NULL: not yet */
    "  PRIMARY KEY (scope, period)"
    ") STRICT, WITHOUT ROWID;"
    "WITH costs AS (SELECT pack, began_us / 1000000 AS at,"
    "    CAST(round(cost * 1e9) AS INTEGER) AS spent FROM calls),"
    "  periods AS (SELECT pack, date(at, 'unixepoch') AS period, spent FROM costs"
    "    UNION ALL SELECT pack, strftime('%Y-%m', at, 'unixepoch'), spent FROM costs),"
    "  scopes AS (SELECT '' AS scope, period, spent FROM periods"
    "    UNION ALL SELECT 'pack:' || pack, period, spent FROM periods WHERE pack IS NOT NULL)"
    " INSERT INTO spending SELECT scope, period, sum(spent), NULL FROM scopes"
    "   GROUP BY scope, period;";

static gboolean ledger_schema_step_3(Ledger *ledger, GError **error)
{
    return ledger_execute(ledger, schema_calls_3, error) &&
           ledger_execute(ledger, schema_spending_3, error);
}

/* Its full-text index, examples_text, is made when it is first wanted: see ledger-examples.c. */
static const char schema_examples_4[] =
    "CREATE TABLE examples ("
    "  document INTEGER PRIMARY KEY REFERENCES documents(id),"
    "  pack TEXT NOT NULL,"
    "  sha256 TEXT NOT NULL,"              /* of the document: no document is its own example */
    "  text TEXT NOT NULL,"                /* as a model would see it */
    "  record TEXT,"                       /* JSON; NULL: it waits for a person */
    "  indexed INTEGER NOT NULL DEFAULT 0" /* 1: it can be found */
    ") STRICT;"
    "CREATE INDEX examples_new ON examples(document) WHERE record IS NOT NULL AND NOT indexed;";

static gboolean ledger_schema_step_4(Ledger *ledger, GError **error)
{
    return ledger_execute(ledger, schema_examples_4, error);
}

/* Of a call that is about several, each has its row here, with its part of tokens and cost. */
static const char schema_calls_5[] =
    "ALTER TABLE calls ADD COLUMN documents INTEGER NOT NULL DEFAULT 1;";

/* calls.batch: '' waits for a batch, else the key of the one that it is in. */
static const char schema_batches_5[] =
    "CREATE TABLE batches ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  key TEXT NOT NULL UNIQUE," /* ours; goes to the provider with it */
    "  endpoint TEXT NOT NULL,"
    "  remote TEXT," /* the provider's; NULL while it is submitted */
    "  state TEXT NOT NULL CHECK (state IN ('submitting', 'submitted', 'ended')),"
    "  calls INTEGER NOT NULL,"
    "  created_us INTEGER NOT NULL,"
    "  submitted_us INTEGER,"
    "  ended_us INTEGER,"
    "  note TEXT"
    ") STRICT;"
    "CREATE INDEX calls_batch ON calls(batch) WHERE batch IS NOT NULL;"
    "CREATE INDEX calls_batched ON calls(request_sha256) WHERE batch IS NOT NULL;";

static gboolean ledger_schema_step_5(Ledger *ledger, GError **error)
{
    return ledger_execute(ledger, schema_calls_5, error) &&
           ledger_execute(ledger, schema_batches_5, error);
}

static const char schema_calls_6[] =
    "ALTER TABLE calls ADD COLUMN tokens_spared INTEGER;"; /* of an answer that was broken off */

/* A document that is to be processed again is held, and its path is where its original lies now. */
static const char schema_documents_6[] =
    "ALTER TABLE documents ADD COLUMN requeued_us INTEGER;" /* NULL: it waits for nobody's wish */
    "ALTER TABLE documents ADD COLUMN lease TEXT;"          /* the process that works on it */
    "ALTER TABLE documents ADD COLUMN lease_until_us INTEGER;" /* epoch; then another may take it */
    "CREATE INDEX documents_requeued ON documents(requeued_us) WHERE requeued_us IS NOT NULL;"
    "CREATE INDEX documents_leased ON documents(lease) WHERE lease IS NOT NULL;";

/* What a document had before it was processed again. */
static const char schema_revisions_6[] = "CREATE TABLE revisions ("
                                         "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
                                         "  document INTEGER NOT NULL REFERENCES documents(id),"
                                         "  replaced_us INTEGER NOT NULL,"
                                         "  why TEXT NOT NULL," /* retry, rerun */
                                         "  verdict TEXT NOT NULL,"
                                         "  error TEXT,"
                                         "  pack_version TEXT,"
                                         "  method TEXT,"
                                         "  confidence REAL,"
                                         "  record TEXT,"
                                         "  meta TEXT"
                                         ") STRICT;"
                                         "CREATE INDEX revisions_document ON revisions(document);";

/* What is owed to others over the network: entered with the verdict, sent after it is durable. */
static const char schema_deliveries_6[] =
    "CREATE TABLE deliveries ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  document INTEGER REFERENCES documents(id)," /* NULL: a notice about the run */
    "  receiver TEXT NOT NULL,"                    /* webhook, notify */
    "  key TEXT NOT NULL UNIQUE,"                  /* idempotency: the same in every attempt */
    "  body BLOB NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('owed', 'sent', 'dead')),"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  next_us INTEGER NOT NULL," /* epoch: not before */
    "  status INTEGER,"           /* HTTP, of the last attempt; NULL: no answer */
    "  note TEXT,"                /* why the last attempt failed */
    "  created_us INTEGER NOT NULL,"
    "  ended_us INTEGER,"
    "  CHECK ((state = 'owed') = (ended_us IS NULL))"
    ") STRICT;"
    "CREATE INDEX deliveries_owed ON deliveries(next_us) WHERE state = 'owed';"
    "CREATE INDEX deliveries_document ON deliveries(document) WHERE document IS NOT NULL;";

static gboolean ledger_schema_step_6(Ledger *ledger, GError **error)
{
    return ledger_execute(ledger, schema_calls_6, error) &&
           ledger_execute(ledger, schema_documents_6, error) &&
           ledger_execute(ledger, schema_revisions_6, error) &&
           ledger_execute(ledger, schema_deliveries_6, error);
}

/* Row i brings version i to version i + 1. */
static gboolean (*const steps[])(Ledger *ledger, GError **error) = {
    ledger_schema_step_1, ledger_schema_step_2, ledger_schema_step_3,
    ledger_schema_step_4, ledger_schema_step_5, ledger_schema_step_6,
};

static gboolean ledger_schema_refuse(Ledger *ledger, GError **error, const char *sentence)
{
    g_autofree char *path = bytes_for_terminal(ledger->path);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_LEDGER, "ledger %s %s", path, sentence);
    return FALSE;
}

/* All from one moment: another process may be setting the database up just now. */
static gboolean ledger_schema_look(Ledger *ledger, gint64 *application, gint64 *version,
                                   gint64 *tables, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
                       " FROM pragma_application_id, pragma_user_version",
                       error);
    if (!query || !ledger_step(ledger, query, &row, error))
        return FALSE;
    *application = row ? ledger_column_int(query, 0) : 0;
    *version = row ? ledger_column_int(query, 1) : 0;
    *tables = row ? ledger_column_int(query, 2) : 0;
    return TRUE;
}

gboolean ledger_schema_check(Ledger *ledger, gboolean *is_new, GError **error)
{
    gint64 application = 0, version = 0, tables = 0;
    if (!ledger_schema_look(ledger, &application, &version, &tables, error))
        return FALSE;
    *is_new = application == 0 && version == 0 && tables == 0;
    if (*is_new && ledger->write)
        return TRUE;
    if (*is_new)
        return ledger_schema_refuse(ledger, error, "is empty: run `docket run` once to set it up");
    if (application != LEDGER_APPLICATION_ID)
        return ledger_schema_refuse(ledger, error,
                                    "is a database of another program and was left as it is: "
                                    "choose another state folder (--state)");
    if (version < 1 || version > (gint64)G_N_ELEMENTS(steps)) {
        g_autofree char *sentence = g_strdup_printf("has schema version %" G_GINT64_FORMAT
                                                    ", this docket knows %u: it was left as it is. "
                                                    "Use the docket that wrote it, or a newer one",
                                                    version, (guint)G_N_ELEMENTS(steps));
        return ledger_schema_refuse(ledger, error, sentence);
    }
    if (version < (gint64)G_N_ELEMENTS(steps) && !ledger->write)
        return ledger_schema_refuse(ledger, error,
                                    "has an older schema: run `docket run` once to bring it up to "
                                    "date, then ask again");
    return TRUE;
}

/* All missing steps in one transaction: after a crash the database is the old one or the new one.
 */
gboolean ledger_schema_migrate(Ledger *ledger, GError **error)
{
    gint64 version = 0;
    if (!ledger_execute(ledger, "BEGIN IMMEDIATE", error))
        return FALSE;
    ledger->turn = TRUE;
    /* Asked inside the transaction, since another process may have been faster. */
    if (!ledger_integer(ledger, "PRAGMA user_version", &version, error))
        return FALSE;
    for (gsize i = (gsize)version; i < G_N_ELEMENTS(steps); i++)
        if (!steps[i](ledger, error)) {
            g_prefix_error(error, "bringing the ledger to schema version %zu: ", i + 1);
            return FALSE;
        }
    if (version < (gint64)G_N_ELEMENTS(steps)) {
        g_autofree char *mark = g_strdup_printf("PRAGMA application_id=%d; PRAGMA user_version=%u",
                                                LEDGER_APPLICATION_ID, (guint)G_N_ELEMENTS(steps));
        if (!ledger_execute(ledger, mark, error))
            return FALSE;
    }
    return ledger_commit(ledger, error);
}

guint ledger_schema_version(Ledger *ledger)
{
    gint64 version = 0;
    return ledger_integer(ledger, "PRAGMA user_version", &version, NULL) ? (guint)version : 0;
}

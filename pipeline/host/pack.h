/* A pack: the folder schemas/<name>/ that defines one kind of record. Data only. Loading reads and
 * hashes every file and checks what needs no stage; each stage then prepares its own part (the
 * compiled schema, the rules, the template) and attaches it, so a broken pack is found at once. */
#pragma once

#include "pipeline/core/json.h"
#include "pipeline/host/split.h"

typedef struct {
    char *word; /* phrase to look for, folded to lower case */
    double weight;
} PackWord;

/* One version of a pack's prompt. */
typedef struct {
    char *version; /* "v1" */
    char *text;    /* prompts/<version>.md */
    char *prefix;  /* all that a model is told before the document; by the stage compose, NULL
                      before it has prepared the pack */
    char *sha256;  /* of the prefix; NULL before that */
} Prompt;

/* What becomes of a value that a verifier disagrees with. */
typedef enum { DISAGREE_REVIEW, DISAGREE_NULL, DISAGREE_ESCALATE } OnDisagreement;

/* Whether a model sees pages as pictures beside their text: of those whose text is doubtful, or any. */
typedef enum { VISION_NEVER, VISION_AUTO, VISION_ALWAYS } Vision;

/* What a model is asked for. */
typedef enum {
    MODEL_FIRST,    /* the record, of every document */
    MODEL_STRONG,   /* the record, where the first one's does not do */
    MODEL_FALLBACK, /* the same as the one before it, while that one is down */
    MODEL_VERIFY,   /* whether the record agrees with the document */
    MODEL_ROLES
} ModelRole;
/* "first", …; ends with NULL. */
extern const char *const model_roles[MODEL_ROLES + 1];

typedef struct Pack {
    char *name;          /* the folder's name: [a-z0-9_-]+ */
    char *directory;     /* absolute path; NULL for a pack made from a bare schema */
    char *version;       /* SHA-256 over the names and bytes of all its files except cases/ */
    char *title;         /* for people */
    char *description;   /* one sentence */
    cJSON *schema;       /* schema.json */
    cJSON *template;     /* template.json, NULL if there is none */
    char *rules;         /* rules.jq, NULL if there is none */
    Split *prompt_split; /* the versions in use: prompt = v1, prompt = v3:90 v4:10 */
    GPtrArray *prompts;  /* of Prompt: every version in prompts/, in the order of their numbers */
    Split *models[MODEL_ROLES]; /* endpoints by role; NULL: as the configuration has it */
    char *context; /* text of the files named in context= (a guideline), NULL if none */
    GPtrArray *
        examples; /* of cJSON {"document": text, "record": {…}} from examples.jsonl; may be empty */
    guint retrieve; /* of documents that people decided on, so many alike as further examples */
    GArray *words;  /* of PackWord: [recognise] words = invoice:3;total:1 */
    char **columns; /* [recognise] columns: names that a batch of this pack has; may be empty */
    double recognise_at;             /* least score to be recognised */
    double accept_at;                /* 0..1: least record confidence for a verdict `accepted` */
    guint max_repairs;               /* repair rounds per document */
    guint max_input_chars;           /* of document text shown to the model … */
    guint max_input_tokens;          /* … and as tokens, estimated; 0: no limit */
    guint max_input_bytes;           /* of document text; a longer one is not shown at all */
    OnDisagreement on_disagreement;  /* with a verifier */
    gboolean verify_required;        /* a record that no verifier has seen waits for a person */
    guint documents_per_call;        /* small ones that are asked about in one request, at most */
    Vision vision;                   /* pages as pictures … */
    guint vision_pages;              /* … at most so many of a document */
    double budget_day, budget_month; /* money for calls of this pack; 0: no limit of its own */
    char *budget_at_limit;           /* "hold" or "template"; NULL: as the configuration has it */
    GHashTable *attached; /* stage name -> GBytes-like pointer with destroy; see pack_attach */
} Pack;

/* Loads one pack folder. DOCKET_ERROR_PACK names file, line and rule. Caller frees with pack_free.
 */
Pack *pack_load(const char *directory, GError **error);

/* A pack for the occasion: a bare schema, a generated prompt, no examples or rules. Takes `schema`.
 */
Pack *pack_from_schema(const char *name, cJSON *schema, GError **error);
void pack_free(Pack *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pack, pack_free)

/* A version of the prompt by its name, NULL if there is none; and the one that the document with
 * this hash gets. Lent. */
Prompt *pack_prompt(const Pack *pack, const char *version);
const Prompt *pack_prompt_for(const Pack *pack, const char *sha256);
/* Adds a version. Takes the text. */
void pack_add_prompt(Pack *pack, const char *version, char *text);

/* A stage's own compiled part of the pack. attach takes `data`; attached lends it (NULL if none).
 */
void pack_attach(Pack *pack, const char *key, gpointer data, GDestroyNotify destroy);
gpointer pack_attached(const Pack *pack, const char *key);

/* Every pack under a folder, sorted by name (GPtrArray of Pack with pack_free). One broken pack is
 * an error that names it. */
GPtrArray *packs_load(const char *directory, GError **error);
Pack *packs_find(GPtrArray *packs, const char *name); /* lent, NULL if there is none */

/* The template: makes a record from a reading without any model, by label search on the page's
 * geometry, patterns, typed parsers and table rows. It is data: template.json of a pack, and where
 * that is silent, the schema (titles, names and descriptions are labels; types and formats choose
 * the parser), so that a bare schema works too. It never invents: what is not found is left out,
 * or null where the schema requires the property and allows null.
 *
 * ---- template.json ----
 * (schemas/template.schema.json says the same to editors and to `docket pack check`)
 * {
 *   "$schema": …               for editors; not read
 *   "dates": "dmy",            preferred order of ambiguous dates: dmy (default), mdy, ymd;
 *                              what the document itself tells goes before it
 *   "decimal": "any",          decimal sign: any (default), point, comma
 *   "derive": true,            fields without an entry are looked for by the schema (default)
 *   "noise": ["copy", …],      labels that mean nothing here but must end a value
 *   "fields": { NAME: FIELD, … }   NAME is a property ("total") or a pointer ("/seller/name").
 *                              Fields are filled in the order written; derived ones come after.
 * }
 * Labels, `not` phrases and column names are compared as value_key() makes them: case, accents and
 * punctuation do not matter ("Invoice no.:" = "INVOICE-NO"); OCR readings allow a wrong letter. The
 * longest phrase that stands at a place wins it: "sub total" hides "total" there. A label list is
 * in order of preference. Patterns are GRegex (PCRE2), caseless, on one line; the value is the
 * group named "value", else group 1, else the whole match.
 *
 * FIELD, every key optional ({} = by the schema; false = never):
 *   "value": any               a constant of the pack (evidence: derived)
 *   "labels": [text, …]        "not": [text, …] phrases that are no label of this field
 *   "position": [p, …]         where the value stands from its label, in order of preference:
 *                              "right" (rest of the line, then to the right), "below", "above",
 *                              "block" (the lines under the label). Default: right, below
 *   "parser": p                date | time | money | number | integer | percent | quantity |
 *                              currency | identifier | email | phone | url | iban | vat_id |
 *                              boolean | enum | string (one cell) | line | block (several lines) |
 *                              organisation | address | heading | paragraphs
 *   "pattern": regex           with labels: applied to the text at the label; else searched on the
 *                              whole page
 *   "match": regex             the text taken must match it; "reject": regex  must not match it
 *   "anywhere": true           when no label leads to a value, the first value of the parser in the
 *                              region; organisation, address, heading, paragraphs need no label
 *   "region": {"pages": "first"|"last"|"all", "from": 0.0, "to": 1.0}   share of the page's height
 *   "pick": p                  best (default: label order, then nearness) | first | last | largest |
 *                              smallest: among places of the label that counts
 *   "agree": [label, …]        ["cash", "-change"]: a bonus for the candidate equal to the sum of
 *                              the amounts at these labels; {"labels": […]} gives alternatives per
 *                              term. Where no label leads to an amount, the sum itself is taken
 *                              (evidence: derived); a term whose label stands nowhere is nothing.
 *                              [[…], […]]: several such sums. What OCR read and neither a sum nor
 *                              a second place on the page confirms is less sure
 *   "round": {"step": 0.05, "labels": [text, …]}   sums are rounded when paid: of an amount and
 *                              its rounded twin the twin is meant
 *   "in": [source, …]          after the labels: take it from these texts: a column or label name,
 *                              "/pointer" (already filled), "*" (the whole text)
 *   "synonyms": {value: [phrase or /regex/, …]}   enum values by phrases; in the order written
 *   "replace": [[regex, text], …]  clean the string ($1 or \1 for groups); "case": calm | lower |
 *                              upper | title (calm: only when it SHOUTS); "max_length": characters
 *   "lines": 6                 most lines of a block or address; "until": [label, …] ends it;
 *   "join": text               between its lines (default ", ", or a space behind a comma)
 *   "words": [regex, …]        organisation, address: more words that speak for one
 *   "spell": [word, …]         organisation, address: likely words; those that OCR got a letter of
 *                              wrong are mended to them
 *   "many": true               an array of all values; "split": regex  cuts one text into many
 *   "default": any             when nothing was found (evidence: derived)
 *   "table": TABLE             array of objects from table rows
 *   "collect": COLLECT         array or object of the key-value pairs nobody else took
 *   "rules": [RULE, …]         array of objects, one per rule that fires (moderation)
 *   "choose": [CHOICE, …]      value that follows from what was filled before
 *
 * TABLE  {"columns": {PROPERTY: {"labels": […], "parser": p, "pattern": …, "synonyms": …}, …},
 *         "require": [PROPERTY, …],   a row without these continues the row above (default: the
 *                                     item schema's required numbers, else its first number)
 *         "end": [label, …],          totals: the table ends at such a row
 *         "skip": [label, …],         rows to leave out (carried forward, subtotal of a page)
 *         "rows": [regex, …],         for lists without a header: named groups are the properties;
 *                                     tried on two rows (a line break between), then on one
 *         "sum": PROPERTY}            such a list counts only when these make an amount of the page
 *   Columns come from a recognised table, or from where the header's words stand on the page. A
 *   header that is repeated on the next page continues the table.
 *
 * COLLECT {"except": [label, …], "in": [source, …], "as": "list"|"object", "name": "name",
 *          "value": "value", "pattern": regex with groups "name" and "value"}
 *
 * RULE   {"in": [source, …],     texts to look at; each is tried
 *         "pattern": regex       fires where it matches; or one of:
 *         "missing": true        fires when none of the sources has any text (with "pattern": when
 *                                none matches)
 *         "longer": n            fires when the text has more than n characters; "shorter": n
 *         "above": x, "below": x fires when the number in it is over or under
 *         "shouts": true         fires when most letters are capitals (12 letters or more)
 *         "unless": regex        but not when this matches the same text
 *         "most": 1              how many times it may fire (default 1)
 *         "grade": word          for "choose"
 *         "item": {…}}           the object to add; in its strings "$0" is the offending text,
 *                                "$1" and "$name" groups, "$source" the source's name; other JSON
 *                                is copied
 *
 * CHOICE {"if": "/pointer", "grade": word, "match": regex, "absent": true, "value": any}
 *        The first choice that holds gives the value. "if" alone: the pointer has something (an
 *        array: it is not empty); "grade": a rule of that array fired with this grade; "match": its
 *        text matches; "absent": it has nothing. Without "if" it always holds.
 *
 * Example, a listing and its moderation:
 * {
 *   "fields": {
 *     "title": {"labels": ["title", "product name", "name"], "parser": "string",
 *               "replace": [["\\s*!{2,}", "!"], ["(?:free shipping|best price)", ""]],
 *               "case": "calm", "max_length": 120},
 *     "price": {"labels": ["price", "price eur", "cost"], "parser": "money"},
 *     "currency": {"labels": ["currency"], "in": ["currency", "price", "price eur"],
 *                  "parser": "currency"},
 *     "condition": {"labels": ["condition"], "in": ["title", "description"], "parser": "enum",
 *                   "synonyms": {"refurbished": ["refurb", "renewed"],
 *                                "used": ["used", "second hand", "/pre-?loved/"],
 *                                "new": ["new", "bnib", "sealed"]}},
 *     "attributes": {"collect": {"as": "list", "except": ["title", "id"]}},
 *     "violations": {"rules": [
 *        {"in": ["description"], "pattern": "\\b(replica|1:1 copy)\\b", "grade": "stop",
 *         "item": {"rule": "no-counterfeit", "guideline": "2026-01", "field": "$source",
 *                  "text": "$0", "fix": "Replicas cannot be sold here; withdraw the listing."}},
 *        {"in": ["price"], "missing": true, "grade": "fix",
 *         "item": {"rule": "price-given", "guideline": "2026-01", "field": "price", "text": null,
 *                  "fix": "State a price."}}]},
 *     "decision": {"choose": [
 *        {"if": "/violations", "grade": "stop", "value": "reject"},
 *        {"if": "/violations", "value": "needs_changes"},
 *        {"value": "approve"}]},
 *     "decided_by": {"value": "machine"}
 *   }
 * } */
#pragma once

#include "pipeline/core/error.h"
#include "pipeline/core/reading.h"
#include "pipeline/core/record.h"

typedef struct Template Template;

/* Compiles template.json (NULL: none) and the schema: labels folded, patterns compiled, once for
 * all documents. DOCKET_ERROR_PACK names the field and key that is wrong. Both trees are copied
 * where needed. Caller frees with template_free. */
Template *template_new(const cJSON *spec, const cJSON *schema, GError **error);
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

/* The record that the template finds in a reading; METHOD_TEMPLATE, with evidence per leaf. Never
 * NULL; at the least an empty object. Caller frees. Any thread: the template is not changed. */
Record *template_extract(const Template *template, const Reading *reading);

/* Where the document carries data for machines (TECHNIQUE_DATA in reading->second) whose lines the
 * pages confirm (Line.agreement 1), the template reads those pairs too, and single values that it
 * finds there replace the record's: data have no labels to be mistaken in. Replaced fields lose
 * their evidence, for the check to find on the page. */
void template_prefer_data(const Template *template, const Reading *reading, Record *record);

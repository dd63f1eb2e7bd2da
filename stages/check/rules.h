/* rules.jq: named constraints between the fields of a record, written in jq.
 *
 * The program gets the record as its input and emits one object for each rule that does NOT hold
 * (nothing at all when all is well); arrays of such objects are flattened:
 *
 *     {"rule": "total_is_sum",             name: [a-z0-9_]+
 *      "pointer": "/total",                the field to look at, "" for the whole record
 *      "message": "total is 12, but …",    a sentence with the values in it
 *      "severity": "error"}                "error" (the default), "warn" or "strong"
 *
 * A broken "error" goes back to the model for repair and then to a person; a "warn" only lowers the
 * field's confidence; "strong" says that nothing is wrong, but such a record is the stronger
 * model's business, where one is configured. These functions are there for it:
 *
 *     broken($rule; $pointer; $message)        emits an error
 *     doubt($rule; $pointer; $message)         emits a warning
 *     require($rule; $pointer; holds; message) emits an error unless `holds` is true
 *     expect($rule; $pointer; holds; message)  emits a warning unless `holds` is true
 *     stronger($rule; $pointer; needed; message) asks for the stronger model if `needed` is true
 *     near($a; $b; $tolerance)                 |a - b| <= tolerance, both numbers
 *     cents                                    rounded to two decimals
 *     total_of(values)                         their sum, nulls left out, rounded to cents
 *     shown                                    a number as people write it (12.50), else its JSON
 *     follows($pointer; value; $from)          "the field has this value because it follows from
 *                                              the fields at the pointers in the array $from": such
 *                                              a field needs no place in the document
 *
 * For example:
 *     require("total_is_sum"; "/total"; .net == null or .tax == null or near(.net + .tax; .total;
 * 0.02); "net \(.net|shown) and tax \(.tax|shown) do not make the total \(.total|shown)"), (if .net
 * != null and .tax != null then follows("/total"; .net + .tax; ["/net", "/tax"]) else empty end)
 *
 * The record was validated against the schema before, so types are as the schema has them. The
 * program sees nothing else: no environment, no files, no modules, no further input. It belongs to
 * the pack and so is trusted to end; libjq has no clock, so the record's size is bounded instead.
 * One thread at a time. */
#pragma once

#include "pipeline/core/json.h"

#define RULES_MAX_RECORD_BYTES (1u << 20) /* JSON text of a record that rules look at */
#define RULES_MAX_FINDINGS 200u           /* broken rules of one record; more end the run */
#define RULES_MAX_FOLLOWS 20000u          /* `follows` of one record: a few for each of its lines */

typedef struct Rules Rules;

typedef enum { RULE_ERROR, RULE_WARN, RULE_STRONG, RULE_FOLLOWS } RuleKind;

typedef struct {
    RuleKind kind;
    char *rule;      /* NULL for FOLLOWS */
    char *pointer;   /* "" is the whole record */
    char *message;   /* NULL for FOLLOWS */
    cJSON *value;    /* FOLLOWS: what the field is said to be; else NULL */
    GPtrArray *from; /* FOLLOWS: of char*, pointers; else NULL */
} RuleFinding;
void rule_finding_free(RuleFinding *finding);

/* Compiles a program. NULL and DOCKET_ERROR_PACK with jq's message otherwise. */
Rules *rules_new(const char *program, GError **error);
void rules_free(Rules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rules, rules_free)

/* Appends what the program says about the record to `findings` (of RuleFinding). FALSE and
 * DOCKET_ERROR_PACK when the program fails on it or emits something else, DOCKET_ERROR_TOO_LARGE
 * when a limit is reached: nothing is known then, so the record must not pass as good. */
gboolean rules_run(Rules *rules, const cJSON *record, GPtrArray *findings, GError **error);

/* What a verifier's word counts. It is a claim like any other: a disagreement counts when it cites
 * words that stand in the document and do not show the very value that it disputes; "not in the
 * document" counts where we did not find the value either. An agreement raises nothing: grounding
 * has looked for the value itself. */
#pragma once

#include "pipeline/host/job.h"

/* A disagreement that counts. */
typedef struct {
    char *pointer;
    char *said;     /* the verifier's value; NULL: the document does not say it */
    char *citation; /* NULL with `said` */
} Dispute;
void dispute_free(gpointer dispute);

/* Reads the answer (hostile) about the job's record, marks its fields as verified, and returns what
 * is disputed (of Dispute), in the order of the answer; NULL when there is no such answer in the
 * text. Each pointer counts once, by its first mention. Caller frees. */
GPtrArray *weigh_answer(Job *job, const char *text);

/* Every stage's row, for plan.c only. */
#pragma once

#include "pipeline/host/stage.h"

extern const Stage stage_intake;    /* intake/intake.c */
extern const Stage stage_read;      /* read/read.c */
extern const Stage stage_recognise; /* intake/recognise.c */
extern const Stage stage_pictures;  /* read/pictures.c */
extern const Stage stage_compose;   /* compose/compose.c */
extern const Stage stage_ask;       /* ask/ask.c */
extern const Stage stage_template;  /* decide/template-stage.c */
extern const Stage stage_check;     /* check/check.c */
extern const Stage stage_verify;    /* ask/verify.c */
extern const Stage stage_weigh;     /* check/weigh.c */
extern const Stage stage_decide;    /* decide/route.c */
extern const Stage stage_deliver;   /* deliver/deliver.c */

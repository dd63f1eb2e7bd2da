/* A document whose pages are to be drawn with the boxes of what was read: one task for one reader,
 * which draws; the supervisor passes the picture on as it came. */
#pragma once

#include "pipeline/host/engine.h"

typedef enum { OVERLAY_PNG, OVERLAY_PDF } OverlayFormat;

/* Before the job is given to the engine. `page` from 1; 0: all pages (a PDF only). */
void overlay_want(Job *job, OverlayFormat format, guint page);
gboolean overlay_is_wanted(const Job *job);
/* The picture once the job has been read, else NULL. Lent. */
GBytes *overlay_picture(const Job *job);

/* See stage.h; read.c calls it for jobs whose overlay is wanted. */
StageStep overlay_run(Job *job, GError **error);

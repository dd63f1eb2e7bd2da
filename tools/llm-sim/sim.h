/* The simulated provider behind its HTTP server: what stands at which path. */
#pragma once

#include "tools/llm-sim/work.h"

typedef struct Sim Sim;

/* `world` must outlive it. */
Sim *sim_new(World *world);
void sim_free(Sim *sim);

/* For HttpOptions; `data` is the Sim. */
void sim_handle(const HttpRequest *request, Reply *reply, gpointer *tag, gpointer data);
void sim_ended(gpointer tag, const Reply *reply, gsize sent, gboolean started, gpointer data);

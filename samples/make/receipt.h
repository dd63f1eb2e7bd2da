/* A receipt as data: its printed lines, its picture and its true record come from here. */
#pragma once

#include "pipeline/core/json.h"
#include "samples/make/paper.h"

typedef struct {
    const char *text;
    int count;    /* pieces */
    gint64 price; /* cents, of one piece */
} Item;

typedef struct {
    const char *company, *address; /* lines separated by '\n' */
    const char *head;              /* more lines under the address: phone, tax number; or NULL */
    const char *date, *time, *number, *number_label;
    const char *currency, *sign;
    gboolean us_date, comma, german;
    const Item *items;
    guint n_items;
    int tax;          /* tenths of a percent, added to the items; 0 = none or included */
    int tax_included; /* tenths of a percent that the prices hold; 0 = none */
    gint64 rounding;  /* cents, with its sign */
    const char *paid; /* "cash", "card", "e-wallet" */
    gint64 given;     /* cash handed over */
    const char *foot; /* last lines */
} Receipt;

extern const Receipt receipt_mart, receipt_diner, receipt_bakery, receipt_hardware, receipt_cafe,
    receipt_parking, receipt_pharmacy, receipt_orders;

gint64 receipt_total(const Receipt *receipt);

/* The printed lines, at most 40 characters wide. Caller frees. */
char *receipt_plain(const Receipt *receipt);
cJSON *receipt_record(const Receipt *receipt); /* caller owns */

/* Draws it on a strip RECEIPT_WIDTH wide; `data` is a Receipt. */
#define RECEIPT_WIDTH 227.0 /* 80 mm */
double receipt_height(const Receipt *receipt);
void draw_receipt(Pen *pen, guint page, gconstpointer data);

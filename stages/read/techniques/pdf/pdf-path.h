/* Paths of a content stream, as the areas that filling or stroking them covers. */
#pragma once

#include "pdf-paint.h"

typedef struct {
    double a, b, c, d, e, f; /* x' = ax + cy + e, y' = bx + dy + f */
} PdfMatrix;

typedef struct {
    GArray *points; /* on the page */
    double x, y;    /* current point in user space */
    gboolean odd;   /* too long, or drawn without a beginning */
} PdfPath;

/* first, then second. */
PdfMatrix pdf_matrix_times(PdfMatrix first, PdfMatrix second);
/* The rectangle around a transformed one. *exact: it is the same, its sides lie along the axes. */
Rect pdf_matrix_rect(PdfMatrix m, Rect r, gboolean *exact);

void pdf_path_init(PdfPath *path);
void pdf_path_clear(PdfPath *path);
void pdf_path_reset(PdfPath *path);
void pdf_path_move(PdfPath *path, PdfMatrix m, double x, double y);
/* `n` points of a line or curve. */
void pdf_path_to(PdfPath *path, PdfMatrix m, const double *xy, guint n);
void pdf_path_close(PdfPath *path);
void pdf_path_rect(PdfPath *path, PdfMatrix m, Rect r);

/* The rectangle around all; *exact: the path is this rectangle. FALSE when it is empty. */
gboolean pdf_path_box(const PdfPath *path, Rect *box, gboolean *exact);
/* Appends areas (with rect, cover, exact and corners set). `width` of the line in points. */
void pdf_path_fill(const PdfPath *path, GArray *areas, GArray *corners);
void pdf_path_stroke(const PdfPath *path, double width, GArray *areas);

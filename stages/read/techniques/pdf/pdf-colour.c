/* Colour spaces of the map: how light a colour is. */
#include "pdf-objects.h"

#include <lcms2.h>

#define MIN_GAMMA 0.1
#define MAX_GAMMA 10.0

static void *open_profile(PdfMap *m, qpdf_oh stream, int parts)
{
    static const cmsUInt32Number formats[] = {0, TYPE_GRAY_DBL, 0, TYPE_RGB_DBL, TYPE_CMYK_DBL};
    g_autoptr(GBytes) bytes = pdf_map_decode(m, stream);
    if (!bytes)
        return NULL;
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    cmsHPROFILE profile = cmsOpenProfileFromMem(data, (cmsUInt32Number)size);
    cmsHPROFILE screen = cmsCreateXYZProfile();
    void *transform = NULL;
    if (profile && screen && (int)cmsChannelsOf(cmsGetColorSpace(profile)) == parts)
        transform = cmsCreateTransform(profile, formats[parts], screen, TYPE_XYZ_DBL,
                                       INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
    if (profile)
        cmsCloseProfile(profile);
    if (screen)
        cmsCloseProfile(screen);
    return transform;
}

static PdfSpace space_by_profile(PdfMap *m, qpdf_oh array)
{
    PdfSpace space = {0};
    qpdf_oh stream = qpdf_oh_get_array_item(m->file, array, 1);
    int number = qpdf_oh_get_object_id(m->file, stream);
    if (!qpdf_oh_is_stream(m->file, stream) || number == 0)
        return space;
    int n = (int)get_number(m, key(m, qpdf_oh_get_dict(m->file, stream), "/N"), 0);
    if (n != 1 && n != 3 && n != 4)
        return space;
    if (!g_hash_table_lookup_extended(m->profiles, GINT_TO_POINTER(number), NULL, &space.profile)) {
        space.profile = open_profile(m, stream, n);
        g_hash_table_insert(m->profiles, GINT_TO_POINTER(number), space.profile);
    }
    space.parts = space.profile ? n : 0;
    return space;
}

static const struct {
    const char *name, *standing_for;
    int parts;
} devices[] = {{"/DeviceGray", "/DefaultGray", 1},
               {"/DeviceRGB", "/DefaultRGB", 3},
               {"/DeviceCMYK", "/DefaultCMYK", 4}};

static gboolean is_gamma(double gamma)
{
    return gamma >= MIN_GAMMA && gamma <= MAX_GAMMA;
}

/* A space that is not as it must be may be passed over, and the colour be one of the space before. */
static gboolean is_calibration(PdfMap *m, qpdf_oh dict)
{
    double white[3], matrix[9];
    return get_numbers(m, key(m, dict, "/WhitePoint"), white, 3) && white[0] > 0 && white[1] == 1 &&
           white[2] > 0 &&
           (is_null(m, key(m, dict, "/Matrix")) ||
            get_numbers(m, key(m, dict, "/Matrix"), matrix, 9));
}

/* Viewers differ in what they make of gamma, white point and matrix, and a file may state any. Nothing of all
 * colours is black with each of them, unless a gamma of 0 makes it the whole, or a black point lifts it. */
static PdfSpace calibrated_space(PdfMap *m, qpdf_oh dict, int parts)
{
    double gammas[3] = {1, 1, 1}, black[3] = {0};
    qpdf_oh gamma = key(m, dict, "/Gamma"), point = key(m, dict, "/BlackPoint");
    gboolean plain = is_calibration(m, dict);
    if (parts == 1)
        gammas[0] = is_null(m, gamma) ? 1 : get_number(m, gamma, 0);
    else if (!is_null(m, gamma))
        plain &= get_numbers(m, gamma, gammas, 3);
    if (!is_null(m, point))
        plain &= get_numbers(m, point, black, 3);
    for (guint i = 0; i < 3; i++)
        plain &= is_gamma(gammas[i]) && black[i] == 0;
    return plain ? (PdfSpace){.parts = parts, .only_black = TRUE} : (PdfSpace){0};
}

/* By an array that names a profile, or a calibration; every other kind is not followed. */
static PdfSpace space_by_array(PdfMap *m, qpdf_oh array)
{
    if (!qpdf_oh_is_array(m->file, array) || qpdf_oh_get_array_n_items(m->file, array) != 2)
        return (PdfSpace){0};
    qpdf_oh kind = qpdf_oh_get_array_item(m->file, array, 0);
    if (is_name(m, kind, "/ICCBased"))
        return space_by_profile(m, array);
    if (!is_name(m, kind, "/CalRGB") && !is_name(m, kind, "/CalGray"))
        return (PdfSpace){0};
    int parts = is_name(m, kind, "/CalRGB") ? 3 : 1;
    return calibrated_space(m, qpdf_oh_get_array_item(m->file, array, 1), parts);
}

PdfSpace pdf_map_device(PdfMap *m, PdfObject resources, int parts)
{
    qpdf_oh spaces = key(m, resources, "/ColorSpace"), found = 0;
    if (is_null(m, spaces))
        return (PdfSpace){.parts = parts};
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++)
        if (devices[i].parts == parts)
            found = key(m, spaces, devices[i].standing_for);
    if (is_null(m, found))
        return (PdfSpace){.parts = parts};
    PdfSpace space = space_by_array(m, found);
    return space.parts == parts ? space : (PdfSpace){0};
}

PdfSpace pdf_map_space(PdfMap *m, PdfObject resources, const char *name)
{
    g_autofree char *slashed = g_strconcat("/", name, NULL);
    qpdf_oh found = key(m, key(m, resources, "/ColorSpace"), slashed);
    const char *device =
        qpdf_oh_is_name(m->file, found) ? qpdf_oh_get_name(m->file, found) : slashed;
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
        gboolean doubled = !is_null(m, found) && strcmp(slashed, devices[i].name) == 0;
        if (strcmp(device, devices[i].name) == 0 && !doubled)
            return pdf_map_device(m, resources, devices[i].parts);
    }
    return space_by_array(m, found);
}

static double grey_of_rgb(const double *v)
{
    return 0.3 * CLAMP(v[0], 0, 1) + 0.59 * CLAMP(v[1], 0, 1) + 0.11 * CLAMP(v[2], 0, 1);
}

/* As on a screen (sRGB), from CIE XYZ under the D50 light of profiles. Done here, as a profile of the screen costs
 * more to set up than all colours of most documents. */
static double grey_of_xyz(const double *xyz)
{
    static const double to_rgb[3][3] = {
        {3.1339, -1.6169, -0.4906}, {-0.9788, 1.9161, 0.0335}, {0.0719, -0.2290, 1.4052}};
    double rgb[3];
    for (guint i = 0; i < 3; i++) {
        double v = to_rgb[i][0] * xyz[0] + to_rgb[i][1] * xyz[1] + to_rgb[i][2] * xyz[2];
        rgb[i] = v <= 0.0031308 ? 12.92 * v : 1.055 * pow(MIN(v, 1), 1 / 2.4) - 0.055;
    }
    return grey_of_rgb(rgb);
}

static gboolean is_nothing(const double *colour, int parts)
{
    for (int i = 0; i < parts; i++)
        if (colour[i] != 0)
            return FALSE;
    return TRUE;
}

double pdf_space_light(const PdfSpace *space, const double *colour)
{
    if (space->only_black)
        return is_nothing(colour, space->parts) ? 0 : -1;
    double in[4], out[3];
    for (int i = 0; i < space->parts; i++)
        in[i] = CLAMP(colour[i], 0, 1) * (space->profile && space->parts == 4 ? 100 : 1);
    if (space->profile) {
        cmsDoTransform(space->profile, in, out, 1);
        return grey_of_xyz(out);
    }
    switch (space->parts) {
    case 1:
        return in[0];
    case 3:
        return grey_of_rgb(in);
    case 4:
        return (1 - in[3]) * (1 - grey_of_rgb(in));
    default:
        return -1;
    }
}

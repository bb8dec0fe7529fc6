#include "centre.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PEM_MAX    4096
#define DAYS       30
#define START_S    30
#define LOOK_MS    10
#define NOT_BEFORE 3600 /* s */

static void need(int code, const char *what)
{
    if (code < 0)
        bench_fail(what, gnutls_strerror(code));
}

/* ---- keys and certificates ------------------------------------------------------------------ */

static gnutls_x509_privkey_t key_make(void)
{
    gnutls_x509_privkey_t key;

    need(gnutls_x509_privkey_init(&key), "key");
    need(gnutls_x509_privkey_generate(key, GNUTLS_PK_EC,
                                      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
         "key");
    return key;
}

static gnutls_x509_crt_t crt_make(struct centre *centre, const char *name,
                                  gnutls_x509_privkey_t key)
{
    const unsigned char serial[] = {1, (unsigned char)(centre->serial >> 8),
                                    (unsigned char)centre->serial};
    gnutls_x509_crt_t crt;
    const time_t now = time(NULL);

    centre->serial++;
    need(gnutls_x509_crt_init(&crt), "certificate");
    need(gnutls_x509_crt_set_version(crt, 3), "certificate");
    need(gnutls_x509_crt_set_serial(crt, serial, sizeof serial), "certificate");
    need(gnutls_x509_crt_set_activation_time(crt, now - NOT_BEFORE), "certificate");
    need(gnutls_x509_crt_set_expiration_time(crt, now + DAYS * 86400), "certificate");
    need(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                       (unsigned)strlen(name)),
         "certificate");
    need(gnutls_x509_crt_set_key(crt, key), "certificate");
    return crt;
}

static void crt_sign(const struct centre *centre, gnutls_x509_crt_t crt)
{
    need(gnutls_x509_crt_sign2(crt, centre->ca, centre->ca_key, GNUTLS_DIG_SHA256, 0),
         "certificate");
}

static void crt_put(const struct centre *centre, const char *name, gnutls_x509_crt_t crt)
{
    char path[PROVIDE_PATH_LEN], pem[PEM_MAX];
    size_t len = sizeof pem;

    provide_path(centre->folder, name, path);
    need(gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, pem, &len), "certificate");
    provide_file(path, pem, len);
}

static void key_put(const char *path, gnutls_x509_privkey_t key)
{
    char pem[PEM_MAX];
    size_t len = sizeof pem;

    need(gnutls_x509_privkey_export_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, 0, pem, &len), "key");
    provide_file(path, pem, len);
}

void centre_key(const char *path)
{
    gnutls_x509_privkey_t key = key_make();

    key_put(path, key);
    gnutls_x509_privkey_deinit(key);
}

static void ca_make(struct centre *centre)
{
    centre->ca_key = key_make();
    centre->ca = crt_make(centre, "Test CA", centre->ca_key);
    need(gnutls_x509_crt_set_basic_constraints(centre->ca, 1, 0), "CA");
    need(gnutls_x509_crt_set_key_usage(centre->ca, GNUTLS_KEY_KEY_CERT_SIGN), "CA");
    crt_sign(centre, centre->ca);
    crt_put(centre, "ca.pem", centre->ca);
}

static void server_make(struct centre *centre)
{
    static const char host[] = "localhost";
    char path[PROVIDE_PATH_LEN];
    gnutls_x509_privkey_t key = key_make();
    gnutls_x509_crt_t crt = crt_make(centre, host, key);

    need(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host, sizeof host - 1, 0),
         "server");
    need(gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0), "server");
    crt_sign(centre, crt);
    crt_put(centre, "tls.pem", crt);
    provide_path(centre->folder, "tls.key", path);
    key_put(path, key);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
}

static void receipts_make(struct centre *centre)
{
    char path[PROVIDE_PATH_LEN], why[SIGN_WHY_LEN];
    uint8_t point[SIGN_POINT_LEN];
    struct sign_key *signer;

    provide_path(centre->folder, "receipt.key", path);
    centre_key(path);
    if (sign_key_load(path, &signer, why) != ERR_OK)
        bench_fail("receipt key", why);
    sign_key_point(signer, point);
    sign_key_close(signer);
    provide_need(verify_key_from_point(point, &centre->receipts), "receipt key");
}

void centre_certify(struct centre *centre, const char *kiosk, gnutls_x509_crt_t *out)
{
    gnutls_x509_crt_t crt = crt_make(centre, kiosk, centre->tls_key);

    need(gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0), "kiosk");
    crt_sign(centre, crt);
    *out = crt;
}

/* ---- open and close ------------------------------------------------------------------------- */

void centre_open(struct centre *centre, const char *folder, unsigned connections)
{
    char path[PROVIDE_PATH_LEN], text[512], why[REGISTRY_WHY_LEN];

    *centre = (struct centre){.pid = -1};
    provide_folder(folder);
    snprintf(centre->folder, sizeof centre->folder, "%s", folder);
    provide_path(folder, "registry.db", centre->store);
    provide_no_database(centre->store);
    ca_make(centre);
    centre->tls_key = key_make();
    server_make(centre);
    receipts_make(centre);
    const int len = snprintf(text, sizeof text,
                             "[registry]\nport = 0\nstore = registry.db\ntls_cert = tls.pem\n"
                             "tls_key = tls.key\nclient_ca = ca.pem\nreceipt_key = receipt.key\n"
                             "max_connections = %u\nmax_rate = 1000\n",
                             connections);
    provide_path(folder, "registry.conf", path);
    provide_file(path, text, (size_t)len);
    if (registry_sqlite_create(centre->store, why) != ERR_OK)
        bench_fail("store", why);
}

void centre_close(struct centre *centre)
{
    provide_no_database(centre->store);
    verify_key_close(centre->receipts);
    gnutls_x509_privkey_deinit(centre->tls_key);
    gnutls_x509_privkey_deinit(centre->ca_key);
    gnutls_x509_crt_deinit(centre->ca);
}

/* ---- the process ---------------------------------------------------------------------------- */

static void program_run(const struct centre *centre, const char *log, pid_t parent)
{
    char config[PROVIDE_PATH_LEN];
    const int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    provide_path(centre->folder, "registry.conf", config);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(127); /* it ends with the benchmark, however that ends */
    if (fd >= 0 && dup2(fd, STDERR_FILENO) >= 0)
        execl(BIN "/pamit-registry", "pamit-registry", "serve", "--config", config, (char *)NULL);
    _exit(127);
}

/* Looks for the line that names the port. */
static bool port_find(struct centre *centre, const char *log)
{
    static const char before[] = "REGISTRY_LISTENING";
    char line[1024];
    unsigned port = 0;
    FILE *file = fopen(log, "r");

    while (file && fgets(line, sizeof line, file)) {
        const char *at = strstr(line, before) ? strstr(line, "port=") : NULL;
        if (at && strchr(line, '\n'))
            port = (unsigned)strtoul(at + strlen("port="), NULL, 10);
    }
    if (file)
        fclose(file);
    centre->port = (uint16_t)port;
    return port > 0;
}

void centre_start(struct centre *centre)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
    const double end_s = bench_now_s() + START_S;
    const pid_t parent = getpid();
    char log[PROVIDE_PATH_LEN];
    int status;

    provide_path(centre->folder, "registry.log", log);
    unlink(log);
    centre->pid = fork();
    if (centre->pid == 0)
        program_run(centre, log, parent);
    while (centre->pid < 0 || !port_find(centre, log)) {
        if (centre->pid < 0 || bench_now_s() > end_s ||
            waitpid(centre->pid, &status, WNOHANG) == centre->pid)
            bench_fail("pamit-registry does not listen", log);
        nanosleep(&look, NULL);
    }
}

void centre_stop(struct centre *centre)
{
    int status = -1;

    kill(centre->pid, SIGTERM);
    if (waitpid(centre->pid, &status, 0) != centre->pid || status != 0)
        bench_fail("pamit-registry", "did not end well");
}

double centre_cpu_s(const struct centre *centre)
{
    clockid_t id;
    struct timespec used;

    if (clock_getcpuclockid(centre->pid, &id) != 0 || clock_gettime(id, &used) < 0)
        bench_fail("pamit-registry", "has no clock");
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

double centre_resident_mb(const struct centre *centre)
{
    char path[64];
    long pages = 0;

    snprintf(path, sizeof path, "/proc/%d/statm", (int)centre->pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        bench_fail(path, "not readable");
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* Import, destruction and sharing of volatile PSA keys, one at a time.
 *
 * The lock is the one piece of state base keeps for a whole process besides the log's: it guards
 * a table that is just as global, mbedTLS's own.
 */
#include "psa_key.h"

#include <assert.h>
#include <pthread.h>

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static void table_enter(void)
{
    const int failed = pthread_mutex_lock(&table_lock);
    assert(!failed);
}

static void table_leave(void)
{
    const int failed = pthread_mutex_unlock(&table_lock);
    assert(!failed);
}

enum err psa_key_err(psa_status_t status)
{
    switch (status) {
    case PSA_SUCCESS:
        return ERR_OK;
    case PSA_ERROR_INVALID_SIGNATURE:
        return ERR_AUTH;
    case PSA_ERROR_INVALID_ARGUMENT:
        return ERR_INVALID;
    case PSA_ERROR_BUFFER_TOO_SMALL:
        return ERR_SIZE;
    case PSA_ERROR_INSUFFICIENT_MEMORY:
        return ERR_MEMORY;
    default:
        return ERR_IO;
    }
}

enum err psa_key_import(psa_key_type_t type, psa_algorithm_t algorithm, psa_key_usage_t usage,
                        struct span material, psa_key_id_t *out)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, usage);
    psa_key_id_t id;
    table_enter();
    const psa_status_t status = psa_import_key(&attributes, material.p, material.len, &id);
    table_leave();
    if (status == PSA_SUCCESS)
        *out = id;
    return psa_key_err(status);
}

void psa_key_destroy(psa_key_id_t id)
{
    table_enter();
    const psa_status_t status = psa_destroy_key(id);
    table_leave();
    assert(status == PSA_SUCCESS);
}

psa_status_t psa_key_give(psa_key_id_t id, psa_key_derivation_operation_t *derivation)
{
    table_enter();
    const psa_status_t status =
        psa_key_derivation_input_key(derivation, PSA_KEY_DERIVATION_INPUT_SECRET, id);
    table_leave();
    return status;
}

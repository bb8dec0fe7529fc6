/* Every message Pamit's processes log: id, sd-daemon priority, words.
 *
 * Priorities follow RFC 5424 6.2.1: 2 critical (a promise is at risk), 3 error (something does not
 * work), 4 warning (it works with less), 5 notice (rare and worth knowing), 6 info.
 * The details that follow a message are documented by example where it is logged.
 */
#ifndef PAMIT_LOG_CATALOGUE_H
#define PAMIT_LOG_CATALOGUE_H

#define LOG_CATALOGUE(X)                                                                           \
    /* any process */                                                                              \
    X(CONFIG_BAD, 3, "the configuration is not usable")                                            \
    X(START_FAILED, 3, "could not start")                                                          \
    X(READY, 5, "ready")                                                                           \
    X(STOPPING, 5, "stopping")                                                                     \
    X(FILE_SET_ASIDE, 2, "a damaged file was set aside, the process goes on without it")           \
    X(STORAGE_NOT_DURABLE, 4, "what is stored may be lost when the power goes")                    \
    X(STORAGE_OF_A_DESK, 6, "what is stored may be lost when the power goes, as on any desk")      \
    X(SALVAGE_FAILED, 2, "nothing could be taken over of a journal that was set aside")            \
    X(WAL_REMOVED, 2, "a database's -wal was removed or overwritten, what was in it is missing")   \
    X(WAL_CUT, 4,                                                                                  \
      "the end of a -wal was no whole transaction: the power failed, or it is damaged")            \
    /* pamit-lane */                                                                               \
    X(SCANNER_OPEN, 5, "scanner connected")                                                        \
    X(SCANNER_GONE, 4, "scanner disconnected")                                                     \
    X(SCANNER_QUIET, 4, "scanner connected, but does not answer")                                  \
    X(SCANNER_HEARD, 5, "scanner answers again")                                                   \
    X(SCAN_UNREADABLE, 5, "document not readable, no verdict")                                     \
    X(SCAN_GARBAGE, 4, "bytes from the scanner that are no document")                              \
    X(SCAN_IGNORED, 5, "scan ignored, it can not count now")                                       \
    X(SCAN_REPEATED, 6, "the same document again, one transit")                                    \
    X(PRESENTED, 6, "verdict shown")                                                               \
    X(DECIDED, 6, "decision recorded")                                                             \
    X(VOIDED, 6, "what was decided is taken back")                                                 \
    X(ACTION_REFUSED, 5, "action refused")                                                         \
    X(CLOCK_SET, 5, "clock set by a supervisor")                                                   \
    X(CLOCK_CHANGED, 4, "the clock is worth something else now")                                   \
    X(CONTEXT_SET, 6, "context of crossings set")                                                  \
    X(JOURNAL_FAILED, 2, "an entry could not be stored, no verdict is shown")                      \
    X(JOURNAL_DAMAGED, 2, "a stored entry can not be read, run pamit journal verify")              \
    X(JOURNAL_RECOVERED, 5, "entries are stored again")                                            \
    X(PURGED, 5, "payloads that the registry has long enough are destroyed")                       \
    X(PURGE_WAITS, 5, "destroyed payloads are still in a file that is being read, tried again")    \
    X(PURGE_FAILED, 3, "payloads that are due could not be destroyed, tried again")                \
    X(JOURNAL_BEHIND, 2, "the registry holds another history than this journal")                   \
    X(EPOCH_BEGUN, 2, "a new epoch goes on from what the registry holds, find out why")            \
    X(ENTRIES_TAKEN_OVER, 4, "entries of the history that was left are stored again")              \
    X(CACHE_DEGRADED, 3, "placement data not usable, everyone is referred")                        \
    X(LISTS_DEGRADED, 3, "lists not readable for a traveller, who is referred")                    \
    X(DEFERRALS_DEGRADED, 3, "who was deferred here is not known, everyone is referred")           \
    X(CACHE_READY, 5, "placement data in use")                                                     \
    X(POLICY_REFUSED, 3, "policy refused, the old one stays")                                      \
    X(POLICY_READY, 5, "policy in use")                                                            \
    X(PANEL_FAILED, 3, "lamps, buzzer or buttons do not work")                                     \
    X(BUTTON_STUCK, 4, "a button has been down for too long")                                      \
    X(PANEL_READY, 5, "lamps, buzzer and buttons in use")                                          \
    X(CONSOLE_CONNECTED, 6, "console connected")                                                   \
    X(CONSOLE_GONE, 4, "console disconnected, lamps and buttons go on")                            \
    X(CONSOLE_REFUSED, 4, "connection refused, not the console's user")                            \
    X(PAGE_SILENT, 4, "page did not confirm the verdict within its time")                          \
    X(SYNC_STATE_UNUSABLE, 3, "what the registry acknowledged can not be read, shown as offline")  \
    X(RECEIPT_REFUSED, 3, "a stored receipt does not verify")                                      \
    /* pamit-console */                                                                            \
    X(LANE_CONNECTED, 6, "lane connected")                                                         \
    X(LANE_GONE, 4, "lane disconnected")                                                           \
    X(PAGE_ADDRESS, 5, "officer's page")                                                           \
    X(PAGE_UNWATCHED, 5, "no page is open any more")                                               \
    X(REQUEST_REFUSED, 4, "request refused")                                                       \
    /* pamit-sync */                                                                               \
    X(SYNC_ONLINE, 5, "registry reached")                                                          \
    X(SYNC_OFFLINE, 4, "registry not reached, will try again")                                     \
    X(SYNC_REFUSED, 3, "registry refused")                                                         \
    X(SYNC_PUT_OFF, 4, "registry can't serve now, will try again")                                 \
    X(RECEIPT_STORED, 6, "entries acknowledged")                                                   \
    X(URGENT_SENT, 6, "deferrals and voids sent ahead of the backlog")                             \
    X(FEED_APPLIED, 6, "feed applied")                                                             \
    X(FEED_REFUSED, 3, "feed refused, the old data stay")                                          \
    X(SPACE_ENOUGH, 5, "there is room for entries again")                                          \
    X(SPACE_HALF, 5, "half of the room for entries is used")                                       \
    X(SPACE_LITTLE, 4, "four fifths of the room for entries are used, find out why")               \
    X(SPACE_FULL, 2, "no room for entries soon, nothing is dropped to make some")                  \
    X(SYNC_STORE_FAILED, 2, "a sync database does not work")                                       \
    X(SYNC_FORKED, 2, "registry holds another history of this kiosk")                              \
    X(ENROLMENT_FINISHED, 5, "an enrolment that was cut off is finished")                          \
    X(CERTIFICATE_RENEWED, 5, "a new certificate is in use")                                       \
    X(RENEWAL_FAILED, 4, "the certificate is not renewed, the old one stays")                      \
    /* pamit-registry */                                                                           \
    X(REGISTRY_LISTENING, 5, "listening")                                                          \
    X(REGISTRY_ENROL_LISTENING, 5, "listening for kiosks that enrol")                              \
    X(REGISTRY_CLIENT_REFUSED, 4, "client refused in the handshake")                               \
    X(REGISTRY_REQUEST_REFUSED, 4, "request refused")                                              \
    X(REGISTRY_HELD, 4, "a kiosk asks too often, and is held back")                                \
    X(REGISTRY_APPENDED, 6, "entries appended")                                                    \
    X(REGISTRY_URGENT, 6, "entries came ahead of their chain")                                     \
    X(REGISTRY_ROWS_OVER, 2, "one kiosk defers too many in a day: others are not told")            \
    X(REGISTRY_GAP, 5, "gap: entries are missing before these")                                    \
    X(REGISTRY_ENROLLED, 5, "a kiosk enrolled")                                                    \
    X(REGISTRY_ENROL_REFUSED, 4, "enrolment refused")                                              \
    X(REGISTRY_RENEWED, 6, "a kiosk's certificate renewed")                                        \
    X(REGISTRY_FORK, 2, "fork: entries contradict what is stored")                                 \
    X(REGISTRY_STORE_FAILED, 2, "the registry's store does not work")                              \
    /* pamit-desk */                                                                               \
    X(DESK_SCAN, 6, "document put on the scanner")                                                 \
    X(DESK_SWITCH, 5, "simulated part switched")                                                   \
    X(DESK_LAMP, 6, "lamp changed")                                                                \
    X(DESK_REFUSED, 4, "desk command refused")

#endif

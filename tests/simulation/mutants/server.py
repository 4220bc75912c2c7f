"""Bugs of the server: what it may not do with what phones send."""

from tests.simulation.mutants import Mutant

_SYNC, _ONCE, _DURABLE = "tests/api/test_sync.py::", "tests/api/test_exactly_once.py::", "tests/api/test_durable.py::"
_TWINS, _MEANWHILE, _CLOCKS = "tests/api/test_twins.py::", "tests/api/test_meanwhile.py::", "tests/api/test_clocks.py::"
_READMIT, _BLOBS, _ANSWERS = "tests/api/test_readmit.py::", "tests/api/test_blobs.py::", "tests/api/test_answers.py::"
_APPEND, _SYNCING, _SEALED = "app/services/append.py", "app/services/sync.py", "app/services/sealed.py"
_STANDINGS, _UPLOADS = "app/services/standings.py", "app/services/uploads.py"

MUTANTS = (
    # What arrives more than once
    Mutant(
        name="second-copy-counts",
        file=_STANDINGS,
        find="        if event_id in known:\n",
        replace='        if event_id in known and body["kind"] == "photo.captured":\n',
        imitates="formhub 678: a slow server, and ten duplicates of one record",
        found_by=("pytest", f"{_SYNC}test_l7_what_was_not_acknowledged_is_appended_again_once[sqlite]"),
    ),
    Mutant(
        name="check-then-insert",
        file="app/store/log.py",
        find='"device_ids")).order_by(_device.c.device_id).with_for_update()',
        replace='"device_ids")).order_by(_device.c.device_id)',
        imitates="kobocat 859, H36: equal posts at once each see that nothing is stored yet",
        found_by=("pytest", "tests/store/test_log_locks.py::test_s6_the_second_waits_for_the_first_and_goes_on_where_it_ended[postgresql]"),
    ),
    Mutant(
        name="same-id-is-same-content",
        file=_STANDINGS,
        find="same = known[event_id] in (raw, None)",
        replace="same = True",
        imitates="enketo 1405, collect 5317, H39: another content under a known id is taken for known and thrown away",
        found_by=("pytest", f"{_SYNC}test_s7_another_body_under_a_known_event_id_is_quarantined[sqlite]"),
    ),
    Mutant(
        name="lost-receipt-never-again",
        file=_SYNCING,
        find=" if moved or resent else None",
        replace=" if moved else None",
        imitates="kobocat 470: the reply is lost, and the second answer says nothing that counts",
        found_by=("pytest", f"{_SYNC}test_s6_sending_again_changes_nothing[sqlite]"),
    ),
    # What is said to be stored
    Mutant(
        name="failed-commit-is-answered",
        file="app/store/db.py",
        find="            session.commit()\n        except BaseException:\n",
        replace="""\
            import contextlib
            with contextlib.suppress(Exception):
                session.commit()
        except BaseException:
""",
        imitates="acknowledged before it is committed: the disk fails, and the phone was told that all is well",
        found_by=("pytest", f"{_DURABLE}test_s5_a_commit_that_fails_is_not_answered_as_if_it_had_not[sqlite]"),
    ),
    Mutant(
        name="told-before-the-commit",
        file="app/store/turns.py",
        find="""\
        except Exception as error:  # noqa: BLE001  whose it was shows at once, when each is alone
            if is_nobodys(error):
""",
        replace="""\
        except Exception as error:
            if "found" in locals():
                return list(found)
            if is_nobodys(error):
""",
        imitates="acknowledged before it is committed: who waits in the line goes on, and then the commit fails",
        found_by=("pytest", "tests/store/test_turns.py::test_nobody_is_told_before_the_commit[sqlite]"),
    ),
    Mutant(
        name="commit-without-the-disk",
        file="app/store/db.py",
        find="PRAGMA synchronous=FULL",
        replace="PRAGMA synchronous=NORMAL",
        imitates="SQLite's WAL with NORMAL: a power cut takes back what was acknowledged",
        found_by=("pytest", f"{_DURABLE}test_s5_a_commit_waits_for_the_disk[sqlite]"),
    ),
    Mutant(
        name="receipt-before-the-disk",
        file="app/store/blob_disk.py",
        find="    sync_file(whole)\n    whole.rename(blob)\n",
        replace="    whole.rename(blob)\n",
        imitates="the answer is there before the photo's bytes are on the disk",
        found_by=("pytest", f"{_DURABLE}test_b5_a_receipt_is_given_when_bytes_and_name_are_on_the_disk[sqlite-1]"),
    ),
    Mutant(
        name="name-not-on-the-disk",
        file="app/store/blob_disk.py",
        find="    whole.rename(blob)\n    sync_folder(blob.parent)\n",
        replace="    whole.rename(blob)\n",
        imitates="the photo's bytes are on the disk, but after a power cut its name is not",
        found_by=("pytest", f"{_DURABLE}test_b5_a_receipt_is_given_when_bytes_and_name_are_on_the_disk[sqlite-1]"),
    ),
    Mutant(
        name="receipt-for-what-was-sent",
        file=_SYNCING,
        find="author.epoch, head) if moved or resent else None,\n",
        replace="author.epoch, log.Head(appended.results[-1].seq, appended.results[-1].hash)) if moved or resent else None,\n",
        imitates="getodk 1017: a receipt speaks of what came, not of what is stored",
        found_by=("pytest", f"{_DURABLE}test_s8_a_receipt_speaks_of_what_is_stored_and_of_nothing_else[sqlite]"),
    ),
    Mutant(
        name="gap-is-jumped",
        file=_APPEND,
        find='            results.append(Result(link.seq, link.hash, "gap"))\n',
        replace="            fresh.append(link)\n            end = Head(link.seq, link.hash)\n",
        imitates="an acknowledged number beyond a hole: what is in the hole is never asked for again",
        found_by=("pytest", f"{_SYNC}test_s6_a_gap_is_not_stored_and_says_where_to_go_on[sqlite]"),
    ),
    # Photos
    Mutant(
        name="cut-body-is-whole",
        file=_UPLOADS,
        find="    if left or digest.digest() != chunk.sha256:\n",
        replace="    if digest.digest() != chunk.sha256:\n",
        imitates="gunicorn 3234, H46: a request body that was cut looks complete",
        found_by=("pytest", "tests/server/test_cuts.py::test_b4_a_short_chunk_whose_digest_is_of_the_short_bytes_is_damaged[sqlite]"),
    ),
    Mutant(
        name="wrong-bytes-are-the-photo",
        file="app/store/blob_disk.py",
        find="            if found != sha256:\n",
        replace="            if len(found) != len(sha256):\n",
        imitates="tus fingerprints, H49: bytes of one photo under the name of another",
        found_by=("pytest", f"{_BLOBS}test_b5_other_bytes_are_dropped_and_the_right_ones_still_come[sqlite-disk]"),
    ),
    Mutant(
        name="two-writers-mix",
        file="app/store/blob_disk.py",
        find="            if os.fstat(file).st_size != offset:\n",
        replace="            if os.fstat(file).st_size < offset:\n",
        imitates="tusd 234, H48: of two requests for one photo both append",
        found_by=("pytest", "tests/store/test_blobs_stores.py::test_b3_of_two_writers_at_one_offset_one_counts[disk]"),
    ),
    Mutant(
        name="received-without-the-photos",
        file="app/store/log.py",
        find="(named, named - held) for",
        replace="(named, min(0, named - held)) for",
        imitates="enketo 776, H10: a record counts as complete though a photo of it never came",
        found_by=("pytest", f"{_SYNC}test_views_and_logs_are_sound_after_all_kinds_of_events[sqlite]"),
    ),
    # What the server may think of a fact
    Mutant(
        name="denied-facts-are-dropped",
        file=_SYNCING,
        find="    _push([visit for visit in visits if visit.error is None])\n",
        replace="    _push([visit for visit in visits if visit.error is None and visit.phone.may_pull])\n",
        imitates="cht-core 8186 and 11306, H40, H41: who lost a right loses the work done before, and no error tells",
        found_by=("pytest", f"{_MEANWHILE}test_s12_what_was_recorded_before_going_out_of_service_is_drained[sqlite-revoked]"),
    ),
    Mutant(
        name="drained-without-photos",
        file="app/services/pull.py",
        find='        "blobs_wanted": _wanted(bound, asking.author),\n',
        replace='        "blobs_wanted": _wanted(bound, asking.author) if holds else [],\n',
        imitates="cht-conf 197: the record of a photo arrives, and nobody ever asks for the photo",
        found_by=("pytest", f"{_MEANWHILE}test_f4_f6_a_job_given_to_another_crew_meanwhile_keeps_the_work_of_both[sqlite]"),
    ),
    Mutant(
        name="poison-blocks-the-queue",
        file=_STANDINGS,
        find="        return Read(None, unreadable.reason)\n",
        replace="        raise\n",
        imitates="hercycle-ai 308, H37: one record that cannot be read holds up all behind it for ever",
        found_by=("pytest", f"{_ONCE}test_s6_results_speak_of_what_is_stored_also_the_second_time[sqlite]"),
    ),
    Mutant(
        name="quarantined-is-not-acknowledged",
        file=_APPEND,
        find="    return Head(one.readings[-1].link.seq, one.readings[-1].link.hash) if one.readings else one.head\n",
        replace="""\
    stored = (reading.link for reading in reversed(one.readings) if reading.standing != QUARANTINED)
    return next((Head(link.seq, link.hash) for link in stored), one.head)
""",
        imitates="a record in quarantine is asked for again and again, and the phone never gets rid of it",
        found_by=("pytest", f"{_SYNC}test_s7_what_a_phone_may_not_say_is_quarantined[sqlite-not_a_fact-job.cancelled-data4]"),
    ),
    Mutant(
        name="wrong-clock-is-refused",
        file=_SEALED,
        find='        flags.append("clock_skew")\n',
        replace="        raise ChallengeStale(challenge=request.challenge)\n",
        imitates="H45: a phone whose clock is off cannot hand in anything",
        found_by=("pytest", f"{_CLOCKS}test_s15_clocks_that_are_days_or_centuries_off_change_no_order[sqlite]"),
    ),
    Mutant(
        name="anybody-may-write",
        file=_SEALED,
        find="    if not any(verifies(key, request.seal, text) for text in texts):\n",
        replace="    if not request.seal or not any(texts):\n",
        imitates="H55: a batch that was changed on its way is taken for the phone's own",
        found_by=("pytest", f"{_ONCE}test_s3_a_changed_event_with_hashes_made_to_fit_is_not_the_phones[sqlite]"),
    ),
    # Two with one identity
    Mutant(
        name="fork-overwrites",
        file=_APPEND,
        find="            log.insert_fork(session, _fork_row(one.batch.author, link, now))\n",
        replace="            pass\n",
        imitates="H54: of two phones with one identity only the first one's history is kept",
        found_by=("pytest", f"{_SYNC}test_s9_a_second_branch_is_kept_and_gets_a_new_epoch[sqlite]"),
    ),
    Mutant(
        name="one-epoch-for-two",
        file="app/store/log.py",
        find="values(epoch_offered=Device.epoch_offered + 1)",
        replace="values(epoch_offered=Device.epoch_offered)",
        imitates="FCUUID 32: two installations go on under one number",
        found_by=("pytest", f"{_TWINS}test_s9_each_of_many_twins_gets_an_epoch_of_its_own[sqlite]"),
    ),
    Mutant(
        name="jobs-locked-as-they-come",
        file="app/store/log.py",
        find="    .order_by(_job.c.job_id)\n    .with_for_update()\n",
        replace="    .order_by(_job.c.job_id.desc())\n    .with_for_update()\n",
        imitates="two phones over the same jobs in opposite orders: each waits for the other",
        found_by=("pytest", f"{_DURABLE}test_s5_jobs_are_locked_in_one_order_whatever_the_batch_says[postgresql]"),
    ),
    # What is given
    Mutant(
        name="older-rev-is-not-news",
        file="app/services/pull.py",
        find="if asking.have.get(job_id) != rev]",
        replace="if asking.have.get(job_id, 0) < rev]",
        imitates="H44, cht-core 8093: a cursor only goes forward, and after a restore the phone keeps what never was",
        found_by=("pytest", f"{_ONCE}test_s17_a_server_says_what_it_has_also_when_that_is_less[sqlite]"),
    ),
    Mutant(
        name="rest-of-the-jobs-forgotten",
        file="app/services/pull.py",
        find='        "more": len(job_ids) > SNAPSHOTS_MAX,\n',
        replace='        "more": len(job_ids) > 2 * SNAPSHOTS_MAX,\n',
        imitates="cht-core 7419, H62: half a download looks complete",
        found_by=("pytest", f"{_SYNC}test_s10_more_than_25_snapshots_come_in_turns[sqlite]"),
    ),
    # Restores
    Mutant(
        name="lineage-outlives-a-restore",
        file="app/services/lineage.py",
        find="    session.execute(delete(Lineage))\n    lineage = Lineage(",
        replace="    lineage = session.query(Lineage).first() or Lineage(",
        imitates="cht-core 8093: a restored server looks like the old one, and phones keep quiet about what it lost",
        found_by=("pytest", "tests/services/test_lineage.py::test_a_new_lineage_is_told_to_phones_and_makes_one_use_things_void[sqlite]"),
    ),
    Mutant(
        name="restored-rev-is-known",
        file="app/services/tickets.py",
        find="{'-'.join(purpose)}",
        replace="{purpose[0]}",
        imitates="after a restore the same rev has other events, and the phone's old one is taken for known",
        found_by=("pytest", f"{_READMIT}test_s17_a_rev_that_was_used_again_is_not_taken_for_known[sqlite]"),
    ),
    Mutant(
        name="hole-blocks-for-ever",
        file=_SYNCING,
        find='request.pending["events"] < request.links[-1].seq - acked_seq)',
        replace='request.pending["events"] < 0)',
        imitates="after a restore the phone is asked for ever for what it does not hold any more",
        found_by=("pytest", f"{_READMIT}test_s16_a_phone_that_cannot_fill_the_hole_is_given_an_epoch_for_the_rest[sqlite]"),
    ),
    Mutant(
        name="readmitted-without-a-proof",
        file="app/services/readmit.py",
        find=' and verifies(key, proof, text.encode("ascii"))',
        replace="",
        imitates="whoever has seen a certificate writes under the phone's name",
        found_by=("pytest", f"{_READMIT}test_e5_what_does_not_verify_lets_nobody_in[sqlite]"),
    ),
    # Sessions
    Mutant(
        name="sign-in-page-for-a-phone",
        file="app/api/policy.py",
        find="        return _by_session(policy, request.cookies[SESSION_COOKIE])\n    raise Unauthenticated\n",
        replace="""\
        return _by_session(policy, request.cookies[SESSION_COOKIE])
    from werkzeug.routing import RequestRedirect
    raise RequestRedirect("/console/")
""",
        imitates="H33: an expired session leads to a sign-in page with status 200, and the phone takes that for success",
        found_by=("pytest", f"{_ANSWERS}test_h33_who_is_not_signed_in_gets_401_as_a_problem_and_never_a_redirect[sqlite]"),
    ),
)

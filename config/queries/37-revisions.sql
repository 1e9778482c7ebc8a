-- What did the correction of an edition change?
SELECT
    after.edition_id,
    after.revision,
    after.title,
    before.outcome AS outcome_before,
    after.outcome AS outcome_after,
    after.reason AS reason_after
FROM v_edition_dispositions AS after
JOIN v_edition_dispositions AS before
    ON before.edition_id = after.edition_id AND before.item_id = after.item_id AND before.revision = after.revision - 1
WHERE before.outcome <> after.outcome OR before.reason <> after.reason
ORDER BY after.edition_id, after.revision, after.item_id;

-- Where every answer that was read lies in raw/*.warc.gz: one gzip member at `byte_offset` of `file`.

CREATE TABLE archive (
    run_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    file VARCHAR NOT NULL,
    byte_offset BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (run_id, source_id, url)
);

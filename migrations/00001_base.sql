-- +goose Up

-- Who did what. Nothing here is ever changed or removed by the portal.
CREATE TABLE audit_entries (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       timestamptz NOT NULL DEFAULT now(),
  staff_id bigint,
  job      text,
  address  text NOT NULL DEFAULT '',
  action   text NOT NULL CHECK (action <> ''),
  subject  text NOT NULL,
  detail   jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entries_staff ON audit_entries (staff_id, id);
CREATE INDEX audit_entries_subject ON audit_entries (subject, id);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Agencies: กระทรวง > กรม > กอง > จุดบริการ. Never deleted, only hidden.
CREATE TABLE agencies (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code       text NOT NULL UNIQUE CHECK (code ~ '^[0-9]{2,20}$'),
  parent_id  bigint REFERENCES agencies,
  kind       text NOT NULL CHECK (kind IN ('ministry', 'department', 'division', 'service_point')),
  name       text COLLATE "th-x-icu" NOT NULL CHECK (name <> ''),
  name_en    text NOT NULL DEFAULT '',
  short_name text NOT NULL DEFAULT '',
  shown      boolean NOT NULL DEFAULT true,
  CHECK (parent_id <> id)
);
CREATE INDEX agencies_parent ON agencies (parent_id);

-- People, known by what the OpenID provider calls them.
CREATE TABLE staff (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  issuer       text NOT NULL,
  subject      text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  name         text COLLATE "th-x-icu" NOT NULL,
  email        text NOT NULL DEFAULT '',
  username     text NOT NULL DEFAULT '',
  ial          text NOT NULL DEFAULT '',
  suspended_at timestamptz,
  epoch        int NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT now(),
  signed_in_at timestamptz,
  UNIQUE (issuer, subject)
);

-- One-time tokens. At most one live code for each agency and role.
CREATE TABLE role_tokens (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agency_id   bigint NOT NULL REFERENCES agencies,
  role        text NOT NULL,
  code_hash   bytea NOT NULL UNIQUE,
  sealed_code bytea,
  issued_at   timestamptz NOT NULL,
  issued_by   bigint REFERENCES staff,
  expires_at  timestamptz NOT NULL CHECK (expires_at > issued_at),
  used_at     timestamptz,
  used_by     bigint REFERENCES staff,
  replaced_at timestamptz,
  CHECK ((used_at IS NULL) = (used_by IS NULL)),
  CHECK (used_at IS NULL OR replaced_at IS NULL),
  CHECK (sealed_code IS NULL OR (used_at IS NULL AND replaced_at IS NULL))
);
CREATE UNIQUE INDEX role_tokens_one_live ON role_tokens (agency_id, role)
  WHERE used_at IS NULL AND replaced_at IS NULL;

-- Wrong codes, for the limit on tries.
CREATE TABLE token_tries (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  staff_id bigint NOT NULL REFERENCES staff,
  address  text NOT NULL,
  at       timestamptz NOT NULL
);
CREATE INDEX token_tries_staff ON token_tries (staff_id, at);
CREATE INDEX token_tries_address ON token_tries (address, at);

CREATE TABLE memberships (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  staff_id   bigint NOT NULL REFERENCES staff,
  agency_id  bigint NOT NULL REFERENCES agencies,
  role       text NOT NULL,
  token_id   bigint UNIQUE REFERENCES role_tokens,
  given_by   bigint REFERENCES staff,
  since      timestamptz NOT NULL,
  ended_at   timestamptz
);
CREATE UNIQUE INDEX memberships_one_live ON memberships (staff_id, agency_id, role) WHERE ended_at IS NULL;

-- A sign-in on its way to the provider and back.
CREATE TABLE signin_attempts (
  state_hash   bytea PRIMARY KEY,
  browser_hash bytea NOT NULL,
  nonce        text NOT NULL,
  verifier     text NOT NULL,
  return_path  text NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX signin_attempts_expiry ON signin_attempts (expires_at);

-- Open and ended sessions. A row is never made by saving values, only by
-- signing in, so that an ended session cannot come back.
CREATE TABLE staff_sessions (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash   bytea NOT NULL UNIQUE,
  staff_id     bigint NOT NULL REFERENCES staff,
  epoch        int NOT NULL,
  provider_sid text NOT NULL DEFAULT '',
  auth_time    timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL,
  ended_at     timestamptz,
  address      text NOT NULL DEFAULT '',
  user_agent   text NOT NULL DEFAULT '',
  data         bytea NOT NULL DEFAULT ''
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id) WHERE ended_at IS NULL;
CREATE INDEX staff_sessions_sid ON staff_sessions (provider_sid) WHERE ended_at IS NULL;

-- Forms already carried out: a second press of the same button gives the same result.
CREATE TABLE form_results (
  staff_id bigint NOT NULL REFERENCES staff,
  form_key text NOT NULL,
  at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (staff_id, form_key)
);

-- +goose Down
SELECT 1;

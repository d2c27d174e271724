-- AlterTable
ALTER TABLE "social_logins" ADD COLUMN     "provider_id_other_index" TEXT;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "email_other_index" TEXT,
ADD COLUMN     "password_pepper" VARCHAR(8);

-- CreateTable
CREATE TABLE "data_key_rotations" (
    "user_id" UUID NOT NULL,
    "stage" VARCHAR(10) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "data_key_rotations_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "key_rotations" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "purpose" VARCHAR(20) NOT NULL,
    "key_id" VARCHAR(64),
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "total" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "position" VARCHAR(64),

    CONSTRAINT "key_rotations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "data_key_rotations_stage_at_idx" ON "data_key_rotations"("stage", "at");

-- CreateIndex
CREATE INDEX "key_rotations_purpose_completed_at_idx" ON "key_rotations"("purpose", "completed_at");

-- CreateIndex
CREATE UNIQUE INDEX "social_logins_provider_provider_id_other_index_key" ON "social_logins"("provider", "provider_id_other_index");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_other_index_key" ON "users"("email_other_index");

-- CreateIndex
CREATE INDEX "users_password_pepper_idx" ON "users"("password_pepper");

-- AddForeignKey
ALTER TABLE "data_key_rotations" ADD CONSTRAINT "data_key_rotations_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "users" ADD CONSTRAINT "users_email_other_index_hashed" CHECK ("email_other_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');
ALTER TABLE "social_logins" ADD CONSTRAINT "social_logins_provider_id_other_index_hashed" CHECK ("provider_id_other_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');

-- Rows are counted by the id of the key they lie under without opening anything.
CREATE INDEX "data_keys_key_id" ON "data_keys" (split_part("wrapped_key", '.', 2));
CREATE INDEX "users_email_index_key_id" ON "users" (split_part("email_index", '.', 1));
CREATE INDEX "users_email_domain_index_key_id" ON "users" (split_part("email_domain_index", '.', 1));
CREATE INDEX "users_email_other_index_key_id" ON "users" (split_part("email_other_index", '.', 1));
CREATE INDEX "one_time_tokens_email_index_key_id" ON "one_time_tokens" (split_part("email_index", '.', 1));
CREATE INDEX "social_logins_provider_id_index_key_id" ON "social_logins" (split_part("provider_id_index", '.', 1));
CREATE INDEX "social_logins_provider_id_other_index_key_id" ON "social_logins" (split_part("provider_id_other_index", '.', 1));

-- While the key of the search index is replaced, a row carries its index under both keys, each in either column.
-- What the one row has in one column another may not have in any. The locks are few in number, so that a large
-- insert does not fill PostgreSQL's table of locks; only rows with both indexes need them.
CREATE FUNCTION "lock_search_indexes"("one" text, "other" text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE "place" int;
BEGIN
  FOR "place" IN SELECT DISTINCT hashtext("index") & 1023 FROM unnest(ARRAY["one", "other"]) AS "index" ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(1667855470, "place");
  END LOOP;
END
$$;

CREATE FUNCTION "keep_email_unique"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."email_other_index" IS NOT NULL THEN
    PERFORM "lock_search_indexes"(NEW."email_index", NEW."email_other_index");
  END IF;
  IF EXISTS (SELECT FROM "users" WHERE "email_other_index" IN (NEW."email_index", NEW."email_other_index") AND "id" <> NEW."id")
    OR (NEW."email_other_index" IS NOT NULL
      AND EXISTS (SELECT FROM "users" WHERE "email_index" IN (NEW."email_index", NEW."email_other_index") AND "id" <> NEW."id"))
  THEN
    RAISE EXCEPTION 'the address is taken' USING ERRCODE = 'unique_violation', TABLE = 'users',
      CONSTRAINT = 'users_email_index_key', DETAIL = 'Key (email_index) already exists under another key.';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "users_email_unique" BEFORE INSERT OR UPDATE OF "email_index", "email_other_index" ON "users"
  FOR EACH ROW EXECUTE FUNCTION "keep_email_unique"();

CREATE FUNCTION "keep_provider_id_unique"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."provider_id_other_index" IS NOT NULL THEN
    PERFORM "lock_search_indexes"(NEW."provider_id_index", NEW."provider_id_other_index");
  END IF;
  IF EXISTS (SELECT FROM "social_logins" WHERE "provider" = NEW."provider" AND "id" <> NEW."id"
      AND "provider_id_other_index" IN (NEW."provider_id_index", NEW."provider_id_other_index"))
    OR (NEW."provider_id_other_index" IS NOT NULL
      AND EXISTS (SELECT FROM "social_logins" WHERE "provider" = NEW."provider" AND "id" <> NEW."id"
        AND "provider_id_index" IN (NEW."provider_id_index", NEW."provider_id_other_index")))
  THEN
    RAISE EXCEPTION 'the external account is taken' USING ERRCODE = 'unique_violation', TABLE = 'social_logins',
      CONSTRAINT = 'social_logins_provider_provider_id_index_key',
      DETAIL = 'Key (provider, provider_id_index) already exists under another key.';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "social_logins_provider_id_unique"
  BEFORE INSERT OR UPDATE OF "provider", "provider_id_index", "provider_id_other_index" ON "social_logins"
  FOR EACH ROW EXECUTE FUNCTION "keep_provider_id_unique"();

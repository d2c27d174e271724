-- DropForeignKey
ALTER TABLE "audit_events" DROP CONSTRAINT "audit_events_subject_id_fkey";

-- DropIndex
DROP INDEX "audit_events_subject_id_at_idx";

-- AlterTable
ALTER TABLE "audit_events" DROP COLUMN "ip_address",
DROP COLUMN "user_agent",
ADD COLUMN     "origin_commitment" BYTEA,
ADD COLUMN     "transaction_id" xid8 NOT NULL DEFAULT pg_current_xact_id(),
ALTER COLUMN "data" SET DATA TYPE JSON;

-- CreateTable
CREATE TABLE "audit_origins" (
    "event_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "origin" JSONB NOT NULL,

    CONSTRAINT "audit_origins_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "audit_leaves" (
    "sequence" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "leaf_hash" BYTEA NOT NULL,

    CONSTRAINT "audit_leaves_pkey" PRIMARY KEY ("sequence")
);

-- CreateTable
CREATE TABLE "audit_checkpoints" (
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "frontier" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_checkpoints_pkey" PRIMARY KEY ("size")
);

-- CreateIndex
CREATE INDEX "audit_origins_user_id_idx" ON "audit_origins"("user_id");

-- CreateIndex
CREATE INDEX "audit_origins_at_idx" ON "audit_origins"("at");

-- CreateIndex
CREATE UNIQUE INDEX "audit_leaves_event_id_key" ON "audit_leaves"("event_id");

-- CreateIndex
CREATE INDEX "audit_events_at_id_idx" ON "audit_events"("at", "id");

-- CreateIndex
CREATE INDEX "audit_events_subject_id_at_id_idx" ON "audit_events"("subject_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_events_actor_id_at_id_idx" ON "audit_events"("actor_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_events_action_at_id_idx" ON "audit_events"("action", "at", "id");

-- CreateIndex
CREATE INDEX "audit_events_transaction_id_idx" ON "audit_events"("transaction_id");

-- AddForeignKey
ALTER TABLE "audit_origins" ADD CONSTRAINT "audit_origins_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "audit_origins" ADD CONSTRAINT "audit_origins_origin_sealed" CHECK ((jsonb_typeof("origin") = 'string' AND "origin" #>> '{}' ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$'));

-- The audit log only grows, whoever asks: the second line behind the rights of the server's role. (Origins are
-- deleted by retention and erasure; the log verifies without them.)
CREATE FUNCTION "refuse_change_of_audit_log"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "audit_events_only_grow" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit_log"();
CREATE TRIGGER "audit_leaves_only_grow" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_leaves"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit_log"();
CREATE TRIGGER "audit_checkpoints_only_grow" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_checkpoints"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit_log"();

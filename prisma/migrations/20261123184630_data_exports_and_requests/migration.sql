-- CreateEnum
CREATE TYPE "data_export_status" AS ENUM ('PENDING', 'READY', 'FAILED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "data_subject_request_type" AS ENUM ('ACCESS', 'PORTABILITY', 'ERASURE', 'RECTIFICATION', 'RESTRICTION', 'OBJECTION', 'CCPA_KNOW', 'CCPA_DELETE', 'CCPA_CORRECT', 'CCPA_OPT_OUT');

-- CreateEnum
CREATE TYPE "data_subject_request_status" AS ENUM ('OPEN', 'CLOSED');

-- CreateEnum
CREATE TYPE "data_subject_decision" AS ENUM ('GRANTED', 'PARTLY_GRANTED', 'REFUSED', 'WITHDRAWN');

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "inactivity_notice_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "data_exports" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "status" "data_export_status" NOT NULL DEFAULT 'PENDING',
    "requested_by" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ready_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "file_name" VARCHAR(100),
    "file_key" TEXT,
    "downloads" INTEGER NOT NULL DEFAULT 0,
    "last_downloaded_at" TIMESTAMPTZ(3),

    CONSTRAINT "data_exports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_subject_requests" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "type" "data_subject_request_type" NOT NULL,
    "status" "data_subject_request_status" NOT NULL DEFAULT 'OPEN',
    "channel" VARCHAR(40) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "extended_at" TIMESTAMPTZ(3),
    "extension_reason" TEXT,
    "identity_proof" TEXT,
    "decision" "data_subject_decision",
    "decision_reason" TEXT,
    "evidence" TEXT,
    "opened_by" UUID,
    "closed_by" UUID,
    "closed_at" TIMESTAMPTZ(3),
    "reference" UUID,

    CONSTRAINT "data_subject_requests_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "data_exports_user_id_requested_at_idx" ON "data_exports"("user_id", "requested_at");

-- CreateIndex
CREATE INDEX "data_exports_status_expires_at_idx" ON "data_exports"("status", "expires_at");

-- CreateIndex
CREATE INDEX "data_subject_requests_user_id_received_at_idx" ON "data_subject_requests"("user_id", "received_at");

-- CreateIndex
CREATE INDEX "data_subject_requests_status_due_at_id_idx" ON "data_subject_requests"("status", "due_at", "id");

-- CreateIndex
CREATE INDEX "data_subject_requests_reference_idx" ON "data_subject_requests"("reference");

-- AddForeignKey
ALTER TABLE "data_exports" ADD CONSTRAINT "data_exports_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "data_exports" ADD CONSTRAINT "data_exports_file_key_sealed" CHECK ("file_key" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_extension_reason_sealed" CHECK ("extension_reason" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_identity_proof_sealed" CHECK ("identity_proof" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_decision_reason_sealed" CHECK ("decision_reason" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_evidence_sealed" CHECK ("evidence" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');

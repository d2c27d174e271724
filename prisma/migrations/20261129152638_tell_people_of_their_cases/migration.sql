-- AlterTable
ALTER TABLE "data_subject_requests" ADD COLUMN     "acknowledged_at" TIMESTAMPTZ(3),
ADD COLUMN     "answer" TEXT,
ADD COLUMN     "decision_mailed_at" TIMESTAMPTZ(3),
ADD COLUMN     "extension_mailed_at" TIMESTAMPTZ(3);
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_answer_sealed" CHECK ("answer" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');

-- AlterTable
ALTER TABLE "data_subject_requests" ADD COLUMN     "details" TEXT;
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_details_sealed" CHECK ("details" ~ '^c1\.[0-9]+\.[A-Za-z0-9_-]+$' AND octet_length("details") >= 43);
ALTER TABLE "data_subject_requests" DROP CONSTRAINT "data_subject_requests_answer_sealed";
ALTER TABLE "data_subject_requests" ADD CONSTRAINT "data_subject_requests_answer_sealed" CHECK ("answer" ~ '^c1\.[0-9]+\.[A-Za-z0-9_-]+$' AND octet_length("answer") >= 43);

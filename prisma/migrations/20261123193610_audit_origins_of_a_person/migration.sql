-- DropIndex
DROP INDEX "audit_origins_user_id_idx";

-- CreateIndex
CREATE INDEX "audit_origins_user_id_at_event_id_idx" ON "audit_origins"("user_id", "at", "event_id");

-- CreateEnum
CREATE TYPE "staff_role" AS ENUM ('SUPPORT', 'PRIVACY_OFFICER', 'ADMIN');

-- AlterEnum
ALTER TYPE "token_purpose" ADD VALUE 'ACCEPT_INVITATION';

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "deletion_reason" TEXT,
ADD COLUMN     "email_domain_index" TEXT,
ADD COLUMN     "suspended_at" TIMESTAMPTZ(3),
ADD COLUMN     "suspended_until" TIMESTAMPTZ(3),
ADD COLUMN     "suspension_reason" TEXT;

-- CreateTable
CREATE TABLE "user_roles" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "role" "staff_role" NOT NULL,
    "granted_by" UUID,
    "granted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_roles_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "user_roles_role_idx" ON "user_roles"("role");

-- CreateIndex
CREATE UNIQUE INDEX "user_roles_user_id_role_key" ON "user_roles"("user_id", "role");

-- CreateIndex
CREATE INDEX "users_email_domain_index_created_at_idx" ON "users"("email_domain_index", "created_at");

-- CreateIndex
CREATE INDEX "users_suspended_until_idx" ON "users"("suspended_until");

-- Users by their last sign-in, those who never signed in last (Prisma's schema knows no index on an expression).
CREATE INDEX "users_last_login_at_id_idx" ON "users"((COALESCE("last_login_at", '-infinity'::timestamptz)), "id");

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "users" ADD CONSTRAINT "users_email_domain_index_hashed" CHECK ("email_domain_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');
ALTER TABLE "users" ADD CONSTRAINT "users_suspension_reason_sealed" CHECK ("suspension_reason" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "users" ADD CONSTRAINT "users_deletion_reason_sealed" CHECK ("deletion_reason" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');

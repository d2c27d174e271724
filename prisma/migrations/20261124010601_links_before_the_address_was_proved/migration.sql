-- AlterTable
ALTER TABLE "social_logins" ADD COLUMN     "address_proved" BOOLEAN NOT NULL DEFAULT true;

-- Of links that there are already, those of accounts whose address is still unproved.
UPDATE "social_logins" SET "address_proved" = false
FROM "users" WHERE "users"."id" = "social_logins"."user_id" AND NOT "users"."is_verified";

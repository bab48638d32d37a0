//! Schedules and the platform blocks.

use super::{App, Choices};

impl App {
    pub(super) fn schedules(&mut self, choices: &mut Choices<'_>) {
        for number in 0..choices.between(0, 2) {
            let cron = choices.pick(&["0 3 * * *", "*/5 * * * *", "15 8-17 * * 1-5", "0 0 1 1,7 *"]);
            let timeout = choices.pick(&["", "\n  timeout: 90s"]);
            self.declarations.push(format!(
                "schedule job{number} {{\n  cron: \"{cron}\"\n  function: runJob{number}{timeout}\n}}\n"
            ));
        }
    }

    pub(super) fn platform(&mut self, choices: &mut Choices<'_>) {
        if self.plans > 0 {
            self.payments(choices);
        }
        if self.auth.is_some() && choices.chance(1, 3) {
            self.declarations.push(integrations(choices));
        }
        if choices.chance(1, 3) {
            let hosts =
                choices.some_of(&["\"api.example.com\"", "\"*.example.org:8443\"", "\"cdn.example.net\""]);
            self.declarations.push(format!("network {{ allow: [{}] }}\n", hosts.join(", ")));
        }
        if choices.chance(1, 3) {
            let provider = choices.pick(&["resend", "postmark", "ses", "smtp"]);
            self.declarations.push(format!(
                "email {{\n  from: \"Studio <hello@example.com>\"\n  provider: {provider}\n  apiKey: @secret(\"MAIL_KEY\")\n}}\n"
            ));
        }
    }

    fn payments(&mut self, choices: &mut Choices<'_>) {
        let mut text = "payments {\n  @secret stripeKey\n  plan Free { }\n".to_owned();
        for number in 1..self.plans {
            let price = match choices.flag() {
                true => format!("{{ monthly: \"price_{number}m\", annual: \"price_{number}a\" }}"),
                false => format!("\"price_{number}\""),
            };
            let legacy = match choices.flag() {
                true => format!("  legacyPrices: [\"old_{number}\"]\n"),
                false => String::new(),
            };
            text += &format!("  plan Plan{number} {{\n    stripe: {price}\n  {legacy}  }}\n");
        }
        if self.plans > 1 && choices.flag() {
            text += "  trial: [Plan1: 14d]\n";
        }
        if self.plans > 1 && choices.flag() {
            text += "  gracePeriod: 3d\n  graceAction: downgrade\n";
        }
        if choices.flag() {
            text += "  @on(payment.succeeded) effect thankThem { retries: 5 }\n";
        }
        self.declarations.push(text + "}\n");
    }
}

fn integrations(choices: &mut Choices<'_>) -> String {
    let mode = choices.pick(&["optional", "manual"]);
    let calendar = format!(
        "  calendar: googleCalendar {{\n    mode: {mode}\n    access: read\n    clientId: @secret(\"CALENDAR_ID\")\n    \
         clientSecret: @secret(\"CALENDAR_SECRET\")\n  }}\n"
    );
    let crm = "  crm: customOauth2 {\n    mode: optional\n    clientId: @secret(\"CRM_ID\")\n    \
               clientSecret: @secret(\"CRM_SECRET\")\n    scopes: [\"contacts.read\"]\n    \
               authorizeUrl: \"https://crm.example.com/authorize\"\n    tokenUrl: \"https://crm.example.com/token\"\n    \
               accountUrl: \"https://crm.example.com/me\"\n  }\n";
    format!("integrations {{\n{calendar}{}}}\n", if choices.flag() { crm } else { "" })
}

using System.Text;
using Microsoft.Extensions.Configuration;
using OrleansSale.Silo;
using OrleansSale.Silo.Settings;
using OrleansSale.Silo.Starting;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>
/// Settings that would be ignored, or found out too late, are refused by name before anything is touched.
/// </summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("Sale:LaneCapcity", "There is no setting Sale:LaneCapcity. Did you mean Sale:LaneCapacity?")]
    [InlineData("sale:lanecapcity", "There is no setting sale:lanecapcity. Did you mean Sale:LaneCapacity?")]
    [InlineData("Orders:GracePeriodSeconds",
        "There is no setting Orders:GracePeriodSeconds. Orders has Orders:GraceSeconds.")]
    [InlineData("Orders:GraceSecond", "There is no setting Orders:GraceSecond. Did you mean Orders:GraceSeconds?")]
    [InlineData("Sale:GraceSeconds", "There is no setting Sale:GraceSeconds. Did you mean Orders:GraceSeconds?")]
    [InlineData("Auth:SingingKey", "There is no setting Auth:SingingKey. Did you mean Auth:SigningKey?")]
    [InlineData("Payments:WebHookSecrets",
        "There is no setting Payments:WebHookSecrets. Did you mean Payments:WebhookSecret?")]
    [InlineData("Orleans:Tls:Certificate",
        "There is no setting Orleans:Tls:Certificate. Did you mean Orleans:Tls:CertificatePath?")]
    [InlineData("Orleans:AdvertisedAdress",
        "There is no setting Orleans:AdvertisedAdress. Did you mean Orleans:AdvertisedAddress?")]
    [InlineData("ConnectionStrings:Sales",
        "There is no setting ConnectionStrings:Sales. Did you mean ConnectionStrings:Sale?")]
    [InlineData("Sale:LongestWait", "There is no setting Sale:LongestWait. Sale has ")]
    [InlineData("Operators:0:Chanel", "There is no setting Operators:0:Chanel. Did you mean Operators:0:Channel?")]
    [InlineData("Operators:boss:Channel", "There is no setting Operators:boss")]
    [InlineData("Operators:0", "Operators:0 is a section and takes no value: its settings are Operators:0:Channel, ")]
    [InlineData("Sales:LaneCapacity", "There is no section Sales. Did you mean Sale?")]
    [InlineData("ConnectionString:Sale", "There is no section ConnectionString. Did you mean ConnectionStrings?")]
    [InlineData("Payment:ApiKey", "There is no section Payment. Did you mean Payments?")]
    [InlineData("Sale_LaneCapacity", "There is no setting Sale_LaneCapacity. Did you mean Sale:LaneCapacity?")]
    [InlineData("Sale__LaneCapacity", "There is no setting Sale__LaneCapacity. Did you mean Sale:LaneCapacity?")]
    [InlineData("Sale:LaneCapacity:Most", "Sale:LaneCapacity takes a value, not a section.")]
    [InlineData("Sale", "Sale is a section and takes no value: its settings are Sale:AnswerWithinSeconds, ")]
    [InlineData("Channels:weibo:SignIn:ClientID1", "There is no setting Channels:weibo:SignIn:ClientID1. Did you mean "
        + "Channels:weibo:SignIn:ClientId?")]
    [InlineData("Channels:weibo:Nam:en", "There is no setting Channels:weibo:Nam")]
    [InlineData("Channels:weibo",
        "Channels:weibo is a section and takes no value: its settings are Channels:weibo:Name:")]
    [InlineData("Channels:weibo:SignIn:Issuer:Address", "Channels:weibo:SignIn:Issuer takes a value, not a section.")]
    [InlineData("Orleans:Tls",
        "Orleans:Tls is a section and takes no value: its settings are Orleans:Tls:CertificatePath, ")]
    public void A_name_that_nobody_reads_is_refused_with_the_one_that_was_meant(string key, string message) =>
        Refused((key, "1")).ShouldStartWith(message);

    [Theory]
    [InlineData("Sale:LaneCapacity", "many",
        "Sale:LaneCapacity is many: it must be a whole number from 1 to 1,000,000.")]
    [InlineData("Sale:LaneCapacity", "0", "Sale:LaneCapacity is 0: it must be a whole number from 1 to 1,000,000.")]
    [InlineData("Sale:LaneCapacity", "20,000",
        "Sale:LaneCapacity is 20,000: it must be a whole number from 1 to 1,000,000.")]
    [InlineData("sale:answerwithinseconds", "61",
        "Sale:AnswerWithinSeconds is 61: it must be a whole number from 1 to 60.")]
    [InlineData("Sale:AnswerWithinSeconds", "",
        "Sale:AnswerWithinSeconds is empty: it must be a whole number from 1 to 60.")]
    [InlineData("Sale:DrainSeconds", "1.5", "Sale:DrainSeconds is 1.5: it must be a whole number from 0 to 300.")]
    [InlineData("Orders:GraceSeconds", "99999999999",
        "Orders:GraceSeconds is 99999999999: it must be a whole number from 0 to 3,600.")]
    [InlineData("Orleans:SiloPort", "65536", "Orleans:SiloPort is 65536: it must be a whole number from 0 to 65,535.")]
    [InlineData("Sale:Demo", "yes", "Sale:Demo is yes: it must be true or false.")]
    [InlineData("Sale:OpenDevelopmentToNetwork", "1", "Sale:OpenDevelopmentToNetwork is 1: it must be true or false.")]
    [InlineData("Payments:Sandbox", "on", "Payments:Sandbox is on: it must be true or false.")]
    [InlineData("Sale:Front", "Clustered", "Sale:Front is Clustered: it must be Embedded or Cluster.")]
    [InlineData("Sale:Front", "1", "Sale:Front is 1: it must be Embedded or Cluster.")]
    [InlineData("Auth:Authority", "login.test", "Auth:Authority must be an absolute http or https address.")]
    [InlineData("Payments:PublicAddress", "//me:secret@shop.test",
        "Payments:PublicAddress must be an absolute http or https address.")]
    [InlineData("Payments:BaseAddress", "http://", "Payments:BaseAddress must be an absolute http or https address.")]
    [InlineData("Logging:LogLevel:Default", "Loud",
        "Logging:LogLevel:Default is Loud: it must be one of Trace, Debug, Information, ")]
    [InlineData("Logging:Console:LogLevel:Orleans", "Warn",
        "Logging:Console:LogLevel:Orleans is Warn: it must be one of Trace, ")]
    public void A_value_that_cannot_be_is_refused_with_what_it_may_be(string key, string value, string message) =>
        Refused((key, value)).ShouldStartWith(message);

    [Fact]
    public void Every_fault_is_told_at_once_and_in_one_line()
    {
        var message = Refused(("Sale:LaneCapcity", "1"), ("Orders:GraceSeconds", "x"));
        message.ShouldContain("Sale:LaneCapcity");
        message.ShouldContain("Orders:GraceSeconds");
        message.ShouldNotContain("\n");
    }

    [Fact]
    public void What_others_read_is_theirs() => Require(
        ("Logging:LogLevel:Default", "debug"), ("Logging:Console:FormatterName", "json"),
        ("Kestrel:Endpoints:Web:Url", "http://localhost"),
        ("AllowedHosts", "*"), ("PATH", "/bin"), ("SALE_SERVICE_HOST", "10.0.0.1"), ("OAuth:Client", "me"),
        ("Shop:Name", "Xiaomi"),
        ("Orleans:EnableDistributedTracing", "true"), ("Orleans:GrainStorage:Other:ProviderType", "Memory"),
        ("ConnectionStrings:Sale_ProviderName", "Npgsql"), ("Sale:Front", ""), ("Sale:Demo", ""),
        ("Payments:BaseAddress", ""));

    [Fact]
    public void A_null_of_a_file_is_no_number_and_an_empty_section_no_fault()
    {
        SettingsCheck.Require(
            OfFile("""{"Sale":{"DataDirectory":null,"Demo":null},"Orders":{},"Auth":null,"Payments":[]}"""));
        Should.Throw<StartException>(() => SettingsCheck.Require(OfFile("""{"Sale":{"LaneCapacity":null}}""")))
            .Message.ShouldBe("Sale:LaneCapacity is empty: it must be a whole number from 1 to 1,000,000.");
    }

    [Theory]
    [InlineData("There is no setting --sale-lanecapacity. Did you mean --Sale:LaneCapacity?",
        "--sale-lanecapacity", "5")]
    [InlineData("There is no setting --lanecapacity. Did you mean --Sale:LaneCapacity?", "--lanecapacity=5")]
    [InlineData("There is no setting --Sale__LaneCapacity. Did you mean --Sale:LaneCapacity?",
        "--Sale__LaneCapacity=5")]
    [InlineData("There is no setting --url: README.md lists the settings.", "--url", "http://localhost")]
    [InlineData("There is no setting --help: README.md lists the settings.", "--help")]
    [InlineData("--urls needs a value.", "--urls")]
    [InlineData("--Sale:Demo needs a value.", "--Sale:Demo", "--urls=http://localhost")]
    [InlineData("-x is not understood: settings are given as --key=value.", "-x")]
    [InlineData("urls is not understood: settings are given as --key=value.", "urls", "http://localhost")]
    public void An_argument_that_would_be_ignored_is_refused(string message, params string[] args) =>
        Should.Throw<StartException>(() => CommandLine.Require(args)).Message.ShouldBe(message);

    [Fact]
    public void Arguments_are_taken_in_every_form_that_the_host_reads() => CommandLine.Require(
    [
        "--urls", "http://localhost:1", "/Sale:Demo", "false", "Sale:LaneCapacity=1",
        "--Logging:LogLevel:Default=Debug", "--environment=Production",
        "--wait-for-database", "5", "--http_ports=1", "--AllowedHosts", "a", "--Orders:GraceSeconds=-1",
    ]);

    private static IConfigurationRoot OfFile(string text)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return new ConfigurationBuilder().AddJsonStream(file).Build();
    }

    private static string Refused(params (string Key, string Value)[] settings) =>
        Should.Throw<StartException>(() => Require(settings)).Message;

    private static void Require(params (string Key, string Value)[] settings) =>
        SettingsCheck.Require(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build());
}

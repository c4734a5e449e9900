using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansSale.Api.Composition;

/// <summary>
/// The secrets that Development makes for itself at the first start and keeps with the data, so that a restart honours
/// the tokens and tickets given out before. They rank below every other configuration.
/// </summary>
public static class DevelopmentSecrets
{
    /// <summary>The file, in the data directory, readable by its owner only.</summary>
    public const string FileName = "development-secrets.json";

    private static readonly string[] Names = ["Auth:SigningKey", "Sale:TicketKey", "Payments:ApiKey", "Payments:WebhookSecret"];

    /// <summary>Adds them to the configuration, made now if the file is not there.</summary>
    public static void Add(ConfigurationManager configuration, string file)
    {
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string?>>(File.ReadAllText(file))! : Make(file);
        ((IConfigurationBuilder)configuration).Sources.Insert(
            0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = kept });
    }

    // Written whole under another name first, so that a crash leaves no half of it.
    private static Dictionary<string, string?> Make(string file)
    {
        var made = Names.ToDictionary(name => name, _ => (string?)Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var draft = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options)) JsonSerializer.Serialize(stream, made);
        File.Move(draft, file);
        return made;
    }
}

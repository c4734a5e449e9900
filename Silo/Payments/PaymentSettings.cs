using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Channels;

namespace OrleansSale.Silo.Payments;

/// <summary>Reads <c>Payments:</c> for a process.</summary>
public static class PaymentSettings
{
    private const string Section = PaymentOptions.Section;

    /// <summary>
    /// Registers <see cref="PaymentOptions"/> from <c>Payments:</c>, validated at the start for the role of this
    /// process.
    /// </summary>
    public static void AddPaymentOptions(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment, PaymentRole role)
    {
        services.AddOptions<PaymentOptions>()
            .Bind(configuration.GetSection(Section))
            .PostConfigure(options =>
                options.Sandbox = PaymentOptions.UsesSandbox(configuration, environment.IsDevelopment()))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentOptions>>(
            new Validation(role, environment.IsDevelopment()));
    }

    /// <summary>Checks <c>Payments:</c> before any data is touched.</summary>
    /// <exception cref="StartException">Something is missing or wrong; the message names it.</exception>
    public static void RequirePayments(
        this IConfiguration configuration, IHostEnvironment environment, PaymentRole role) =>
        Require(PaymentRules.FaultsOf(
            Read(configuration, environment.IsDevelopment()), role, environment.IsDevelopment()));

    /// <summary>Looks at which provider the users of each channel pay with.</summary>
    /// <exception cref="StartException">One is missing or does not exist; the message names it.</exception>
    public static void RequirePaymentsOf(
        this IConfiguration configuration, ConfiguredChannels channels, IHostEnvironment environment) =>
        Require(PaymentRules.FaultsOfChannels(channels, Read(configuration, environment.IsDevelopment())));

    /// <summary>
    /// The key of a secret of the sandbox, which is below its provider if that has a name; null: there is no sandbox.
    /// </summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="key">The key without a name, such as <c>Payments:ApiKey</c>, or one of another section.</param>
    public static string? KeyOfSandbox(IConfiguration configuration, string key)
    {
        if (!key.StartsWith(Section + ':', StringComparison.Ordinal)) return key;
        var options = Bound(configuration);
        return options.Providers.Count == 0 ? key
            : options.NameOfSandbox is { } name ? $"{Section}:Providers:{name}:{key[(Section.Length + 1)..]}"
            : null;
    }

    /// <summary>The secret that the sandbox signs with; null: there is no sandbox.</summary>
    public static string? SecretOfSandbox(IConfiguration configuration) =>
        Bound(configuration) is { NameOfSandbox: { } name } options ? options.All[name].WebhookSecret : null;

    internal static PaymentOptions Read(IConfiguration configuration, bool isDevelopment)
    {
        var options = Bound(configuration);
        options.Sandbox = configuration.GetValue(
            $"{Section}:{nameof(options.Sandbox)}",
            isDevelopment && options.All.Values.Any(
                provider => provider is { Kind: ProviderKind.Protocol, BaseAddress: null }));
        return options;
    }

    private static PaymentOptions Bound(IConfiguration configuration) =>
        configuration.GetSection(Section).Get<PaymentOptions>() ?? new PaymentOptions();

    private static void Require(IEnumerable<string> faults)
    {
        var all = faults.ToList();
        if (all.Count > 0) throw new StartException(string.Join(' ', all));
    }

    private sealed class Validation(PaymentRole role, bool isDevelopment) : IValidateOptions<PaymentOptions>
    {
        public ValidateOptionsResult Validate(string? name, PaymentOptions options)
        {
            var faults = PaymentRules.FaultsOf(options, role, isDevelopment).ToList();
            return faults.Count == 0 ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(string.Join(' ', faults));
        }
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OrleansSale.Silo.Payments;

/// <summary>Reads <c>Payments:</c> for a process.</summary>
public static class PaymentSettings
{
    /// <summary>
    /// Registers <see cref="PaymentOptions"/> from <c>Payments:</c>, validated at the start for the role of this
    /// process.
    /// </summary>
    public static void AddPaymentOptions(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment, PaymentRole role)
    {
        services.AddOptions<PaymentOptions>()
            .Bind(configuration.GetSection(PaymentOptions.Section))
            .PostConfigure(options => options.Sandbox = PaymentOptions.UsesSandbox(configuration, environment))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentOptions>>(
            new PaymentOptionsValidation(role, environment.IsDevelopment()));
    }

    /// <summary>Checks <c>Payments:</c> before any data is touched.</summary>
    /// <exception cref="StartException">Something is missing or wrong; the message names it.</exception>
    public static void RequirePayments(
        this IConfiguration configuration, IHostEnvironment environment, PaymentRole role)
    {
        var options = configuration.GetSection(PaymentOptions.Section).Get<PaymentOptions>() ?? new PaymentOptions();
        options.Sandbox = PaymentOptions.UsesSandbox(configuration, environment);
        var found = new PaymentOptionsValidation(role, environment.IsDevelopment()).Validate(null, options);
        if (found.Failed) throw new StartException(found.FailureMessage);
    }
}
